"""Where the first script goes, and which texts are changed."""

import pytest

from sandboxes.preview.bodies import kind_of, with_first_script

SCRIPT = '<script src="/x.js"></script>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!doctype html><html lang='a'><head>", "<title>x</title>"),
        ("<!DOCTYPE html>\n<!-- <head> -->\n<html>\n<head data-a='1'>", "<script>1</script>"),
        ("<!doctype html>", "<p>x"),
        ("", "<p>x <head>"),
        ("", "plain"),
        ("<head>", ""),
        ("<!doctype html>\n", "<header>x</header>"),
        ("", ""),
        ("\ufeff<!doctype html>", "<body>"),
    ],
)
def test_the_script_comes_first(before: str, after: str) -> None:
    assert with_first_script(before + after, "/x.js") == before + SCRIPT + after


@pytest.mark.parametrize("page", ["<!--" * 50_000, "<html " + "a" * 200_000, "<!-- -->" * 20_000, " " * 500_000])
def test_no_page_takes_long(page: str) -> None:
    assert with_first_script(page, "/x.js").count(SCRIPT) == 1


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        (b"text/html; charset=utf-8", "html"),
        (b"TEXT/HTML", "html"),
        (b"text/html; charset=UTF-16LE", None),
        (b"text/css", "css"),
        (b"application/javascript", "js"),
        (b"application/json", None),
        (b"", None),
    ],
)
def test_kinds(content_type: bytes, kind: str | None) -> None:
    assert kind_of(content_type) == kind

"""Which headers pass, and how."""

import pytest

from sandboxes.preview import headers

HOST = "abc.preview.localhost:8300"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("/a", b"/a"),
        ("a?b", b"a?b"),
        ("?q", b"?q"),
        (f"http://{HOST}/a", b"/a"),
        (f"https://{HOST}", b"/"),
        (f"//{HOST}/a", b"/a"),
        (f"http://{HOST}//evil.example", b"/evil.example"),
        ("http://evil.example/", b""),
        ("//evil.example/", b""),
        (f"http://x@{HOST}/", b""),
        (f"http://{HOST}.evil.example/", b""),
        ("///evil.example", None),
        ("http:///evil.example", None),
        ("http:evil.example", None),
        ("/\\evil.example", None),
        ("\\\\evil.example", None),
        ("/\tx", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("ftp://evil.example/", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_where_a_redirect_leads(value: str, place: bytes | None) -> None:
    assert headers.location(value.encode(), host=HOST, scheme="http") == place


@pytest.mark.parametrize(
    ("cookie", "kept"),
    [
        (b"a=1", b"a=1"),
        (b"a=1; DOMAIN = x; Path=/; Secure", b"a=1; Path=/; Secure"),
        (b"a=1; domain=x; domain=y", b"a=1"),
        (b"__host-arena_session=1", b""),
        (b"arena_session=1", b""),
        (b"arena_score=1", b"arena_score=1"),
        (b"=1", b""),
        (b"novalue", b""),
    ],
)
def test_cookies_an_app_sets(cookie: bytes, kept: bytes) -> None:
    made = headers.to_browser([(b"set-cookie", cookie)], is_html=False)
    assert made == ([(b"set-cookie", kept)] if kept else [])


def test_a_policy_without_anything_left_is_left_out() -> None:
    policy = b"report-uri https://x/, frame-ancestors 'none'; report-to y"
    assert headers.to_browser([(b"content-security-policy", policy)], is_html=False) == []


def test_pages_are_not_kept_and_other_files_are() -> None:
    listed = [(b"etag", b"x"), (b"cache-control", b"max-age=5"), (b"x-custom", b"1"), (b"unknown", b"1")]
    assert headers.to_browser(listed, is_html=False) == listed[:3]
    assert headers.to_browser(listed, is_html=True) == [(b"x-custom", b"1"), (b"cache-control", b"no-store")]


def test_the_referrer_within_the_app_is_kept() -> None:
    own = [(b"referer", f"http://{HOST}/a".encode())]
    assert own[0] in headers.to_app(own, host=HOST, scheme="http", websocket=False)
    other = [(b"referer", b"http://abc.preview.localhost:8300.evil/")]
    assert other[0] not in headers.to_app(other, host=HOST, scheme="http", websocket=False)

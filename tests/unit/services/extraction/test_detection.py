"""Detection: the score on the labelled answers, an earlier system's misroutes one by one, and what must always hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extraction import grammars
from services.extraction.extract import Extraction, extract
from services.extraction.hints import EnvironmentHint
from tests.benchmarks.detection import score
from tests.fixtures.detection_environments import environment_hints
from tests.fixtures.detection_set import held_out, tuning

HINTS = environment_hints()
WANTED_SHARE = 0.97


def block(label: str, code: str) -> str:
    return f"```{label}\n{code}\n```\n"


def take(text: str, hints: Sequence[EnvironmentHint] = HINTS) -> Extraction:
    return extract(text, hints)


def without(*names: str) -> list[EnvironmentHint]:
    return [replace(hint, available=hint.name not in names) for hint in HINTS]


def test_the_score_on_the_answers_that_rules_are_made_with() -> None:
    found, misses, _ = score(tuning())
    print(f"tuning: {found.right} of {found.total}")
    assert found.share >= WANTED_SHARE, [miss.id for miss in misses]


def test_the_score_on_the_held_out_answers() -> None:
    # the total alone: which of them fail is nobody's business
    right, total = (found := score(held_out())[0]).right, found.total
    print(f"held out: {right} of {total}")
    enough = right / total >= WANTED_SHARE
    assert enough, f"{right} of {total}"


GAME = "import pygame\npygame.init()\nscreen = pygame.display.set_mode((320, 200))"
MISROUTES = {
    "pygame without an install block is no plain program": (block("python", GAME), "pygame"),
    "a variable st is not Streamlit": (block("python", "st = [1, 2]\nst.append(3)\nprint(st)"), "python"),
    "scipy.stats as st is not Streamlit": (block("python", "import scipy.stats as st\nprint(st.norm)"), "python"),
    "a variable gr is not Gradio": (block("python", "gr = {1: [2]}\nfor k in gr:\n    print(k, gr[k])"), "python"),
    "streamlit as s is Streamlit": (block("python", 'import streamlit as s\ns.title("Hi")'), "streamlit"),
    "json is not JavaScript": (block("json", '{"a": [1, 2]}'), ""),
    "a function called ref is not Vue": (block("js", "const ref = (x) => [x];\nlog(ref(1));"), "javascript"),
    "Node's fs is no page": (block("js", 'const fs = require("fs");\nfs.writeFileSync("a", "b");'), "javascript"),
    "rs is Rust": (block("rs", 'fn main() { println!("hi"); }'), "rust"),
    "sql is SQL": (block("sql", "CREATE TABLE t (a);\nSELECT a FROM t;"), "sql"),
    "kotlin is nothing here": (block("kotlin", 'fun main() { println("hi") }'), ""),
    "csharp is nothing here": (block("csharp", "class A { static void Main() { System.Console.Write(1); } }"), ""),
    "css is nothing here": (block("css", "body { margin: 0 }"), ""),
    "a fragment of HTML is a page": (block("html", '<div class="a"><b>Hi</b></div>'), "html"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "environment"), MISROUTES.values(), ids=MISROUTES)
def test_misroute(text: str, environment: str) -> None:
    assert take(text).environment == environment


IMPORTS = {
    "in a function": ("def main():\n    import streamlit as anything\n    anything.write(1)\n\nmain()", "streamlit"),
    "from a submodule": ("from flask.views import View\nprint(View)", "flask"),
    "whose failure is caught": ("try:\n    import tkinter\nexcept ImportError:\n    raise SystemExit(1)", "tkinter"),
    "in code cut short": ("import gradio as gr\n\ndef answer(x):\n    return (x", "gradio"),
    "in a comment": ("# import streamlit\nprint(1)", "python"),
    "in a string": ('print("import streamlit as st")', "python"),
    "for type checkers": ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import flask\nprint(1)", "python"),
    "relative": ("from .streamlit import x\nprint(x)", "python"),
    "the most used of two": ("import tkinter\nimport turtle\nturtle.forward(1)\nturtle.left(2)", "turtle"),
}


@pytest.mark.parametrize(("code", "environment"), IMPORTS.values(), ids=IMPORTS)
def test_import(code: str, environment: str) -> None:
    assert take(block("python", code)).environment == environment


def test_a_module_of_the_answer_is_not_the_framework_of_that_name() -> None:
    text = (
        "**flask.py**\n" + block("python", "A = 1") + "**main.py**\n" + block("python", "import flask\nprint(flask.A)")
    )
    assert take(text).environment == "python"


TEXTS = {
    "JSX labelled js": ("js", "export default function App() {\n  return <p>Hi</p>;\n}", "react"),
    "no JSX labelled jsx": ("jsx", "const a = [1].map((x) => x + 1);\nconsole.log(a);", "javascript"),
    "types labelled js": ("js", "const f = (a: number): string => `${a}`;\nconsole.log(f(1));", "typescript"),
    "Vue labelled html": ("html", "<script setup>\nconst a = 1\n</script>\n<template><p>{{ a }}</p></template>", "vue"),
    "Svelte labelled html": ("html", "<script>let n = 0;</script>\n<b on:click={() => n++}>{n}</b>", "svelte"),
    "a template element in a page": ("html", '<template id="a"><p>Hi</p></template>\n<script>run()</script>', "html"),
    "a page that loads Vue": ("html", '<body><script src="x/vue.js"></script><p v-if="a">Hi</p></body>', "html"),
    "a page labelled js": ("js", "<!DOCTYPE html>\n<html><body>Hi</body></html>", "html"),
    "a drawing labelled xml": ("xml", '<?xml version="1.0"?>\n<svg><circle r="4"/></svg>', "svg"),
    "a diagram without a label": ("", "graph TD\n  A --> B", "mermaid"),
    "output without a label": ("", "total: 3\nmean: 1.5", ""),
    "a formula without a label": ("", "E[X] = E[Y]", ""),
    "Python labelled bash": ("bash", "import math\nprint(math.pi)", "python"),
    "Ruby labelled python": ("python", "def twice(x)\n  x * 2\nend\nputs twice(2)", "ruby"),
    "C++ labelled c": ("c", "#include <iostream>\nclass A {};\nint main() { std::cout << 1; }", "cpp"),
    "a shell script without a label": ("", "for i in 1 2; do\n  echo $i\ndone", "bash"),
    "PHP between tags": ("html", "<p><?php echo 1; ?></p>", "php"),
}  # fmt: skip


@pytest.mark.parametrize(("label", "code", "environment"), TEXTS.values(), ids=TEXTS)
def test_text(label: str, code: str, environment: str) -> None:
    assert take(block(label, code)).environment == environment


PAGE = block("html", '<!doctype html><link href="style.css"><script src="app.js"></script>')


def test_the_unnamed_script_and_style_of_a_page_get_the_names_it_calls_them_by() -> None:
    found = take(PAGE + block("css", "p { margin: 0 }") + block("js", "document.title = 'a much longer script';"))
    assert found.environment == "html"
    assert {file.path for file in found.files} == {"index.html", "style.css", "app.js"}


def test_a_server_with_its_page_is_the_server() -> None:
    server = block("js", 'const http = require("http");\nhttp.createServer(answer).listen(80);')
    assert take("`public/index.html`\n" + PAGE + "`server.js`\n" + server).environment == "javascript"
    flask = block("python", "from flask import Flask\napp = Flask(__name__)")
    assert take("`templates/index.html`\n" + PAGE * 3 + "`app.py`\n" + flask).environment == "flask"


def test_of_alternatives_the_first_counts() -> None:
    python, go = (
        block("python", 'for name in ["you"]:\n    print("hi", name)'),
        block("go", 'package main\n\nfunc main() { println("hi") }'),
    )
    assert take(f"{python}\nOr in Go:\n{go}").environment == "python"
    assert take(f"{go}\nOr in Python:\n{python}").environment == "go"


def test_a_file_in_tags_is_a_file() -> None:
    found = take('<file path="app.py">\nimport streamlit as st\nst.title("~~~")\n</file>\n')
    assert (found.environment, found.entry) == ("streamlit", "app.py")


def test_a_page_without_a_fence_is_found_among_words() -> None:
    found = take("Here you are:\n\n<!DOCTYPE html>\n<html><body>Hi</body></html>\n\nEnjoy!")
    assert (found.environment, found.files[0].text.endswith("</html>")) == ("html", True)


def test_what_stands_in_leading_thoughts_is_not_the_answer() -> None:
    assert (
        take(f"<think>\n{block('go', 'package main')}</think>\n{block('python', 'print(1)')}").environment == "python"
    )


def test_reason_and_confidence_tell_what_decided() -> None:
    found = take("**app.py**\n" + block("python", 'import streamlit as st\nst.title("Hi")'))
    assert (found.reason, found.confidence >= 0.9) == ("The program imports streamlit in app.py.", True)
    sure, guessed = take(block("rust", "fn main() {}")), take(block("", "fn main() {}"))
    against = take(block("python", "fn main() {}"))
    assert sure.confidence > guessed.confidence > against.confidence > 0.5
    assert against.reason == "The code is rust, although it is labelled python."


def test_another_environment_stands_in_for_one_that_is_not_available() -> None:
    text = block("python", 'import streamlit as st\nst.title("Hi")')
    found = take(text, without("streamlit"))
    assert (found.environment, found.confidence < take(text).confidence) == ("python", True)
    assert found.reason == (
        "The program imports streamlit, but the environment streamlit is not available here: it runs as python instead."
    )
    assert found.entry == "app.py"


def test_nothing_stands_in_for_what_nothing_else_runs() -> None:
    found = take(block("jsx", "export default () => <p>Hi</p>;"), without("react"))
    assert (found.environment, found.files) == ("", ())
    assert found.reason.endswith("the environment react is not available here: and nothing here runs it.")
    assert take(block("python", GAME), without("pygame", "python")).environment == ""


def test_stand_ins_that_name_each_other_end() -> None:
    here = EnvironmentHint(name="a", languages=("a",), extensions=(".a",), entry="x.a", fallback="b", available=False)
    there = replace(here, name="b", languages=("b",), fallback="a")
    assert take(block("a", "x"), [here, there]).environment == ""


def test_an_environment_by_imports_is_only_data() -> None:
    arcade = EnvironmentHint(
        name="arcade",
        languages=("arcade",),
        extensions=(".py",),
        entry="main.py",
        base=("python",),
        imports=("arcade",),
    )
    assert take(block("python", "import arcade\narcade.run()"), [arcade, *HINTS]).environment == "arcade"


@pytest.mark.parametrize("language", sorted(grammars.LANGUAGES))
def test_no_character_is_too_rare_for_a_grammar(language: str) -> None:
    for text in ("\U00106ed0\U000ffe2f\x00", "`${\U0010ffff", "<<\U000f2174\n", "\ud800'", '"\x00\x01'):
        assert grammars.root(language, text).end_byte == len(text)


PIECES = st.sampled_from(
    ["```", "~~~", "\n", " ", "python", "js", "html", "vue", "text", "bash", "<p>", "</p>", "<script>", "<template>",
     "{{ a }}", "{#if}", "import flask", "import React from 'react'", "def f():", "    ", "const a = ", "<svg>",
     "<?php", "graph TD", "SELECT a FROM b;", '<file path="a.py">', "</file>", "<think>", "</think>", "<pre><code>",
     "#!/bin/sh", "---\n", "%%", "x <- 1", "\x00", "\ud800", '"""', "/*", "{", "(", "`a.html`:\n"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_has_one_result(text: str) -> None:
    found = take(text)
    assert found == take(text)
    assert 0 <= found.confidence <= 1
    assert found.reason.endswith(".")
    assert bool(found.environment) == bool(found.files) == bool(found.entry)

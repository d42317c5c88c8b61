"""Package names in JavaScript, inline script metadata, and shell blocks that are no programs."""

import pytest

from services.domain.snippet import SourceFile
from services.extraction.dependencies import dependencies
from services.extraction.extract import EnvironmentHint, extract
from services.extraction.javascript_source import packages
from services.extraction.shell_source import is_script

HINTS = (
    EnvironmentHint(name="python", languages=("python",), extensions=(".py",), entry="main.py"),
    EnvironmentHint(name="bash", languages=("bash", "sh"), extensions=(".sh",), entry="main.sh"),
    EnvironmentHint(name="javascript", languages=("javascript", "js"), extensions=(".js",), entry="main.js"),
)


def test_javascript_asks_by_import_and_manifest() -> None:
    source = """
    import fs from "node:fs";
    import express, { Router } from 'express';
    import "./local.js";
    const _ = require("lodash/fp"), path = require('path');
    export { x } from "@scope/tool/deep";
    const late = await import("chalk");
    """
    manifest = '{"dependencies": {"axios": "^1"}, "devDependencies": {"jest": "*"}}'
    found = packages([source], [manifest, "no json", "[]"])
    assert found == ("@scope/tool", "axios@^1", "chalk", "express", "lodash")


def test_a_manifest_gives_the_versions_of_what_is_imported() -> None:
    source = "import a from 'a'; import b from 'b'; import test from 'tool'; import c from 'c';"
    manifest = """{"name": "me", "dependencies": {"a": "^1.2.0", "b": "git+https://example.org/b", "c": 3, "d": "*"},
        "devDependencies": {"tool": "~2.0", "eslint": "^9"}, "peerDependencies": {"e": ">=1"}}"""
    assert packages([source], [manifest]) == ("a@^1.2.0", "b@git+https://example.org/b", "c", "d", "e@>=1", "tool@~2.0")


@pytest.mark.parametrize(
    "source",
    [
        "if (process.env.X) { const a = require('a'); }",
        "const load = () => import('a');",
        "import('a').then((a) => a.run());",
        "export * from 'a/deep.js';",
        'import a, { type B } from "a";',
        "import 'a';",
        "const { b } = await import(/* webpackChunkName */ 'x') ?? require( 'a' );",
    ],
)
def test_an_import_counts_wherever_it_stands(source: str) -> None:
    assert "a" in packages([source], [])


@pytest.mark.parametrize(
    "source",
    [
        "// import a from 'a'",
        "/* const a = require('a'); */",
        "/**\n * @example\n * import a from 'a'\n */",
        "import type { A } from 'a';",
        "export type { A } from 'a';",
        "let a; try { a = require('a'); } catch { a = null; }",
        "import type { A } from '@types/a'; import '@types/node';",
        "import fs from 'node:fs'; import { readFile } from 'fs/promises'; const test = require('node:test');",
        "import a from './a'; import b from '../b'; import c from '/c'; import d from '#d'; import e from '@/e';",
        "import a from 'https://example.org/a.js'; import b from 'npm:b@1'; import c from 'bun:test';",
    ],
)
def test_what_needs_no_package_asks_for_none(source: str) -> None:
    assert packages([source], []) == ()


def test_an_install_command_gives_versions_and_nothing_else() -> None:
    source = "// npm install chalk@4.1.2 left-pad\nconst chalk = require('chalk');"
    assert packages([source], []) == ("chalk@4.1.2",)
    shell = ["npm i express@^4 @scope/a@2\nyarn add b@~1", "npm install -g typescript@latest"]
    source = "import e from 'express'; import a from '@scope/a'; import b from 'b'; import ts from 'typescript'"
    assert packages([source], [], shell=shell) == ("@scope/a@2", "b@~1", "express@^4", "typescript")


def test_what_an_import_map_leads_elsewhere_is_no_package() -> None:
    page = """<script type="importmap">{"imports": {"three": "https://example.org/3.js", "lib/": "/lib/"}}</script>"""
    source = "import * as THREE from 'three'; import x from 'lib/x.js'; import y from 'y';"
    assert packages([source], [], pages=[page, "<script type=importmap>no json</script>"]) == ("y",)


def test_what_only_looks_like_a_package_is_none() -> None:
    assert packages(["// npm install lodash to run this\nimport x from '~/utils';\nimport y from '#inner'"], []) == ()


def test_prose_after_an_install_command_is_no_package() -> None:
    text = "# pip install numpy and pandas to run this script\nprint(1)\n"
    assert dependencies([SourceFile(path="main.py", text=text)], [], []) == ("numpy",)
    assert dependencies([], ["pip install numpy pandas"], []) == ("numpy", "pandas")


def test_an_import_that_the_program_can_do_without_is_no_dependency() -> None:
    text = "import numpy\ntry:\n    import cupy\nexcept ImportError:\n    cupy = None\n"
    assert dependencies([SourceFile(path="main.py", text=text)], [], []) == ("numpy",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("!pip install -q emoji==2.1", ("emoji==2.1",)),
        ("%pip install emoji", ("emoji",)),
        ("!{sys.executable} -m pip install emoji", ("emoji",)),
        ("# py -m pip install emoji", ("emoji",)),
        ("# uv pip install 'emoji>=2' rich[jupyter]", ("emoji>=2", "rich[jupyter]")),
        ("# requirements: emoji, rich>=13", ("emoji", "rich>=13")),
        ("# Requires: emoji.", ("emoji",)),
        ("# dependencies: Python>=3.8, emoji", ("emoji",)),
        ("# Requirements: user input, validation", ()),
        ("# Requirements: none", ()),
        ("x = 1  # requirements: emoji", ()),
    ],
)
def test_inline_hints_count(text: str, found: tuple[str, ...]) -> None:
    assert dependencies([SourceFile(path="main.py", text=f"{text}\nprint(1)\n")], [], []) == found


def test_a_namespace_says_which_of_its_packages_is_meant() -> None:
    text = """
import google.protobuf.message, ruamel.yaml
from google.cloud import storage, bigquery
from google import genai
from azure.storage.blob import BlobClient
from zope import interface
import os.path
"""
    assert dependencies([SourceFile(path="main.py", text=text)], [], []) == (
        "azure.storage.blob",
        "google.cloud.bigquery",
        "google.cloud.storage",
        "google.genai",
        "google.protobuf",
        "ruamel.yaml",
        "zope.interface",
    )


def test_a_requirements_block_counts() -> None:
    answer = "```requirements.txt\n# needed\nemoji >= 2  # pictures\nrich; python_version > '3'\n-r more.txt\n```\n"
    assert extract(f"{answer}```python\nimport emoji\n```", HINTS).dependencies == ("emoji>=2", "rich")


def test_inline_script_metadata_counts() -> None:
    text = '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["emoji>=2", "rich"]\n# ///\nimport emoji\n'
    assert dependencies([SourceFile(path="main.py", text=text)], [], []) == ("emoji>=2", "rich")


@pytest.mark.parametrize(
    "text", ["# /// script\n# dependencies = [\n# ///\n", "# /// script\n# dependencies = 3\n# ///\n"]
)
def test_broken_metadata_is_passed_over(text: str) -> None:
    assert dependencies([SourceFile(path="main.py", text=text)], [], []) == ()


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("pip install numpy\npython main.py", False),
        ("$ npm install\n$ node main.js\n", False),
        ("g++ -o main main.cpp && ./main", False),
        ("for i in 1 2; do echo $i; done", True),
        ("#!/bin/bash\nls", True),
        ("echo hello", True),
        ("name=x\necho $name", True),
        ("", False),
    ],
)
def test_commands_that_start_a_program_are_no_program(text: str, script: bool) -> None:
    assert is_script(text) is script


def test_a_script_beside_a_program_is_not_the_program() -> None:
    answer = "```python\nprint(1)\n```\n```bash\nfor i in 1 2 3; do python main.py; echo round $i; done\n```"
    assert extract(answer, HINTS).environment == "python"
    assert extract("```bash\nfor i in 1 2 3; do echo $i; done\n```", HINTS).environment == "bash"
    assert extract("```bash\npip install x\n```", HINTS).environment == ""


def test_javascript_snippets_carry_their_packages() -> None:
    assert extract("```js\nconst _ = require('lodash');\n```", HINTS).dependencies == ("lodash",)


def test_a_snippets_manifest_and_commands_give_versions() -> None:
    answer = """```bash
npm install chalk@4
```
`package.json`:
```json
{"dependencies": {"dayjs": "^1.11"}}
```
```js
const chalk = require('chalk');
```
"""
    assert extract(answer, HINTS).dependencies == ("chalk@4", "dayjs@^1.11")

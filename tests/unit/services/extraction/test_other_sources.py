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
    assert found == ("@scope/tool", "axios", "chalk", "express", "lodash")


def test_what_only_looks_like_a_package_is_none() -> None:
    assert packages(["// npm install lodash to run this\nimport x from '~/utils';\nimport y from '#inner'"], []) == ()


def test_prose_after_an_install_command_is_no_package() -> None:
    text = "# pip install numpy and pandas to run this script\nprint(1)\n"
    assert dependencies([SourceFile(path="main.py", text=text)], [], []) == ("numpy",)
    assert dependencies([], ["pip install numpy pandas"], []) == ("numpy", "pandas")


def test_an_import_that_the_program_can_do_without_is_no_dependency() -> None:
    text = "import numpy\ntry:\n    import cupy\nexcept ImportError:\n    cupy = None\n"
    assert dependencies([SourceFile(path="main.py", text=text)], [], []) == ("numpy",)


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

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


def test_javascript_asks_by_import_manifest_and_command() -> None:
    source = """
    import fs from "node:fs";
    import express, { Router } from 'express';
    import "./local.js";
    const _ = require("lodash/fp"), path = require('path');
    export { x } from "@scope/tool/deep";
    const late = await import("chalk");
    """
    manifest = '{"dependencies": {"axios": "^1"}, "devDependencies": {"jest": "*"}}'
    found = packages([source], [manifest, "no json", "[]"], ["npm install --save left-pad@1.3.0 @a/b@2"])
    assert found == ("@a/b", "@scope/tool", "axios", "chalk", "express", "left-pad", "lodash")


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

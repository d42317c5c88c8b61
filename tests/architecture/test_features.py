"""docs/features.md names a test for each feature, and each of them exists."""

import ast
import re

from tests.architecture.repository import ROOT

_ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (\S+)::(\w+) \|$")


def rows() -> list[re.Match[str]]:
    """The rows of the table, each of them readable."""
    lines = (ROOT / "docs/features.md").read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("|")][2:]
    found = [_ROW.match(line) for line in table]
    assert [line for line, row in zip(table, found, strict=True) if row is None] == []
    return [row for row in found if row is not None]


def test_every_feature_has_a_test_that_exists() -> None:
    missing = []
    for row in rows():
        path = ROOT / row[3]
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        if not row[4].startswith("test_") or row[4] not in functions:
            missing.append(f"{row[3]}::{row[4]}")
    assert missing == []


def test_every_feature_is_listed_once_and_in_order() -> None:
    numbers = [int(row[1]) for row in rows()]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(1, 40))

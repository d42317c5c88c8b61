"""Whole answers and what must come out of them: `tests/golden/extraction/*.md` with a `.json` beside each.

The JSON maps each file to its number of lines.
"""

import json
from pathlib import Path

import pytest

from services.extraction.extract import EnvironmentHint, extract

ANSWERS = sorted((Path(__file__).parents[3] / "golden" / "extraction").glob("*.md"))
PYTHON = EnvironmentHint(name="python", languages=("python", "py"), extensions=(".py",), entry="main.py")


def test_there_are_golden_answers() -> None:
    assert len(ANSWERS) >= 4


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem)
def test_golden_answer(answer: Path) -> None:
    found = extract(answer.read_text(encoding="utf-8"), [PYTHON])
    assert {
        "environment": found.environment,
        "entry": found.entry,
        "files": {file.path: len(file.text.strip("\n").split("\n")) for file in found.files},
        "dependencies": list(found.dependencies),
    } == json.loads(answer.with_suffix(".json").read_text(encoding="utf-8"))

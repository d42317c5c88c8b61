"""What the documents promise is what the code does."""

import re

from services.settings import Settings
from tests.architecture.repository import ROOT

ROW = re.compile(r"^\| `(ARENA_[A-Z_]+)` \| (?:`(.*?)`|\(none\)) \| (.+) \|$", re.MULTILINE)


def test_every_setting_is_documented_as_it_is() -> None:
    text = (ROOT / "docs/reference/configuration.md").read_text()
    documented = {name: (default, meaning) for name, default, meaning in ROW.findall(text)}
    actual = {
        f"ARENA_{name.upper()}": ("" if field.default is None else str(field.default), field.description)
        for name, field in Settings.model_fields.items()
    }
    assert documented == actual


def test_every_compose_variable_is_documented() -> None:
    used = set(re.findall(r"\$\{(ARENA_[A-Z_]+)", (ROOT / "compose.yaml").read_text()))
    text = (ROOT / "docs/reference/configuration.md").read_text()
    assert used
    assert sorted(name for name in used if f"`{name}`" not in text) == []


def test_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert "make demo" in text
    assert "make test" in text

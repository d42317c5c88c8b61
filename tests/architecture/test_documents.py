"""What the documents promise is what the code does."""

import re
from dataclasses import asdict

from sandboxes.preview.limits import PreviewLimits
from sandboxes.registry import Registry
from sandboxes.result import Outcome
from services.settings import Settings
from tests.architecture.repository import ROOT

LIMIT = re.compile(r"^\| [^|]+ \| `([a-z_]+)` \| (\d+)(?: (KiB|MiB|s))? \|$", re.MULTILINE)
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


def test_every_limit_of_the_preview_is_documented_as_it_is() -> None:
    units = {"": 1, "s": 1, "KiB": 1024, "MiB": 1024 * 1024}
    text = (ROOT / "docs/reference/preview.md").read_text()
    documented = {name: int(number) * units[unit] for name, number, unit in LIMIT.findall(text)}
    assert documented == asdict(PreviewLimits())


def test_the_gallery_shows_every_sample_that_has_a_face() -> None:
    text = (ROOT / "docs/gallery/README.md").read_text()
    for environment in Registry.load().all():
        shown = [smoke.name for smoke in environment.smoke if smoke.outcome is Outcome.SUCCEEDED]
        assert environment.kind == "program" or len(shown) >= 2, environment.name
        for name in shown if environment.kind != "program" else []:
            assert f"({environment.name}-{name}.png)" in text
            assert (ROOT / f"docs/gallery/{environment.name}-{name}.png").stat().st_size > 500

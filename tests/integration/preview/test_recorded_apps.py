"""The recorder works on what frameworks make of an app, and on the picture of a desktop program."""

import json
from collections.abc import Iterator

import pytest

from sandboxes.registry import Registry
from tests.fixtures.apps import SECONDS, Apps, opening
from tests.fixtures.waiting import wait_for

pytestmark = [pytest.mark.engine, pytest.mark.browser]

REGISTRY = Registry.load()
# environment -> a sample, what is clicked, and what is pressed
USED = {
    "gradio": ("text-tools", "textarea", "ArrowDown"),
    "streamlit": ("planner", "input", "Tab"),
    "pygame": ("snake", "#screen canvas", "ArrowUp"),
}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    with opening(tmp_path_factory.mktemp("recorded"), REGISTRY, *USED) as apps:
        yield apps


@pytest.mark.parametrize("name", USED)
def test_use_of_a_framework_is_recorded_without_what_is_typed(apps: Apps, name: str) -> None:
    sample, target, key = USED[name]
    environment = REGISTRY.get(name)
    smoke = next(found for found in environment.smoke if found.name == sample)
    app = apps.open(name, dict(environment.smoke_files(smoke)), smoke.entry or environment.entry, record="somebody")
    page = app.page()
    page.locator(target).first.click()
    if name != "pygame":
        page.keyboard.type("sesame")
    page.keyboard.press(key)
    record = app.session.folder / "interactions.jsonl"
    kinds = wait_for("the record", lambda: seen(record.read_text()) if record.exists() else None, SECONDS)
    assert {"start", "click"} <= kinds
    text = record.read_text()
    assert "sesame" not in text
    assert all(json.loads(line)["session"] == "somebody" for line in text.splitlines())
    apps.close()


def seen(text: str) -> set[str] | None:
    """The kinds of events, once a click and something of the keyboard are among them."""
    kinds = {str(json.loads(line)["kind"]) for line in text.splitlines()}
    return kinds if "click" in kinds and kinds & {"key", "typed"} else None

"""A game in Python is played by keys and mouse in a real browser, through the preview."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from sandboxes.registry import Registry
from tests.fixtures.apps import SECONDS, Apps, opening
from tests.fixtures.waiting import wait_for

pytestmark = [pytest.mark.engine, pytest.mark.browser]

REGISTRY = Registry.load()
# the paddle's colour in a row of the window near its lower end: where it begins, as a share of the picture's width
PADDLE = """() => { const canvas = document.querySelector("#screen canvas");
  if (!canvas?.width) return -1;
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  for (let row = canvas.height - 1; row > canvas.height / 2; row--)
    for (let column = 0, run = 0; column < canvas.width; column++) {
      const at = 4 * (row * canvas.width + column);
      run = data[at] == 0xf5 && data[at + 1] == 0xf0 && data[at + 2] == 0xe6 ? run + 1 : 0;
      if (run == 60) return (column - 59) / canvas.width;
    }
  return -1 }"""
# how many pixels have the colour of one of the bricks
BRICKS = """() => { const canvas = document.querySelector("#screen canvas");
  if (!canvas?.width) return 0;
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height / 2).data;
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [least, most] = [Math.min, Math.max].map((pick) => pick(data[at], data[at + 1], data[at + 2]));
    if (most > 100 && most - least > 25) count++;
  }
  return count }"""


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    with opening(tmp_path_factory.mktemp("game"), REGISTRY, "pygame") as apps:
        yield apps


def test_breakout_is_played_through_the_preview(apps: Apps, tmp_path: Path) -> None:
    environment = REGISTRY.get("pygame")
    smoke = next(found for found in environment.smoke if found.name == "breakout")
    app = apps.open("pygame", dict(environment.smoke_files(smoke)), environment.entry)
    page = app.page()
    wait_for("the paddle", lambda: page.evaluate(PADDLE) > 0, SECONDS)
    whole, start = page.evaluate(BRICKS), page.evaluate(PADDLE)
    page.keyboard.down("ArrowLeft")
    wait_for("the paddle goes left", lambda: page.evaluate(PADDLE) < start - 0.1, SECONDS)
    page.keyboard.up("ArrowLeft")
    page.keyboard.down("ArrowRight")
    wait_for("the paddle goes right", lambda: page.evaluate(PADDLE) > start, SECONDS)
    page.keyboard.up("ArrowRight")
    page.keyboard.press("Space")
    wait_for("a brick is hit", lambda: page.evaluate(BRICKS) < whole - 500, SECONDS)
    assert app.session.result is None
    assert app.elsewhere == []
    capture(page, tmp_path)


def capture(page: Page, folder: Path) -> None:
    """A picture of the game, where it is asked for also among the documents."""
    path = Path(os.environ.get("CAPTURE_FOLDER", folder)) / "pygame-breakout-played.png"
    picture = page.screenshot(path=path)
    assert picture.startswith(b"\x89PNG")

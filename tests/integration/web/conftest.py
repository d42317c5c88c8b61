"""One browser for all tests of a module, and a stage for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.fixtures.battle_stage import APP_HOST, Stage, staged
from tests.fixtures.browser import browser, leading


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser that finds the running app of the stage."""
    with browser(tmp_path_factory.mktemp("profile"), leading({APP_HOST: "127.0.0.1"})) as found:
        yield found


@pytest.fixture
def stage(chrome: BrowserContext, tmp_path: Path) -> Iterator[Stage]:
    """An arena with one page that looks at it."""
    with staged(chrome, tmp_path) as found:
        yield found

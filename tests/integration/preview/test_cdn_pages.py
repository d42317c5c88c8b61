"""Pages that name content networks, shown by Chromium through the preview from the copies of the real image."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from sandboxes.export import export
from sandboxes.preview.cdn import CdnFiles
from sandboxes.preview.settings import PreviewSettings
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry
from tests.fixtures.cdn_addresses import FILES_ASKED, MODULES_ASKED
from tests.fixtures.cdn_pages import PAGES, page
from tests.fixtures.preview_apps import answer, pages, served

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1800)]

PAGE_MILLISECONDS = 30_000
MAX_TREE_BYTES = 300 << 20
# what Chromium says of the preview's own headers, whatever the page
OF_THE_PREVIEW = ("Unrecognized Content-Security-Policy directive", "Permissions policy violation")

# what it says when the engine starts a container of another test, which makes an interface
OF_THE_MACHINE = "ERR_NETWORK_CHANGED"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    registry = Registry.load()
    build(None, registry, ["cdn"])
    client = connect(timeout_seconds=600)
    try:
        return export(client, registry.get("cdn"), "/opt/cdn", tmp_path_factory.mktemp("cdn"))
    finally:
        client.close()


@pytest.fixture(scope="module")
def files(folder: Path) -> CdnFiles:
    return CdnFiles(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        # tests may run as root, where Chromium's own sandbox does not start; the pages are ours
        found = playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        yield found
        found.close()


class Shown:
    """A page in the browser, and what went wrong on it."""

    def __init__(self, shown: Page) -> None:
        self.page, self.wrong = shown, list[str]()
        shown.on("console", self._on_console)
        shown.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(OF_THE_PREVIEW):
            self.wrong.append(message.text)


def show(browser: Browser, files: CdnFiles, folder: Path, html: str) -> Shown:
    """Show a page until it has done what it is for."""
    settings = PreviewSettings(cdn=files.resolve, rewrite=files.rewrite)
    with served(folder, pages({"/": answer(html)}), settings) as (port, app):
        for last in (False, False, True):
            shown = Shown(browser.new_page())
            try:
                shown.page.goto(f"http://{app.host}:{port}/")
                shown.page.wait_for_function("document.title === 'ok'", timeout=PAGE_MILLISECONDS)
            except Error as error:
                shown.wrong.append(str(error))
            finally:
                shown.page.close()
            if last or not any(OF_THE_MACHINE in text for text in shown.wrong):
                break
    return shown


@pytest.mark.parametrize("name", PAGES)
def test_a_page_works_with_local_copies(browser: Browser, files: CdnFiles, tmp_path: Path, name: str) -> None:
    assert show(browser, files, tmp_path, PAGES[name]).wrong == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            '<script src="https://unpkg.com/left-pad@1.3.0"></script>',
            "of unpkg.com/left-pad@1.3.0 is held",
        ),
        ('<script src="https://unpkg.com/react@15/dist/react.js"></script>', "none of those held: react 19"),
        (
            '<script type="module">import { a } from "https://esm.sh/left-pad";</script>',
            "No local copy of esm.sh",
        ),
        (
            '<link rel="stylesheet" href="https://unpkg.com/left-pad/a.css">',
            "of unpkg.com/left-pad/a.css",
        ),
        ('<link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=No+Such">', "of the font No Such"),
        ('<style>@import url("https://fonts.googleapis.com/css?family=None")</style>', "of the font None"),
    ],
)
def test_the_console_says_what_is_not_held(
    browser: Browser, files: CdnFiles, tmp_path: Path, body: str, said: str
) -> None:
    html = page(
        f"{body}<script>addEventListener('load', () => setTimeout(() => {{ document.title = 'ok'; }}, 100));</script>"
    )
    shown = show(browser, files, tmp_path, html)
    assert [text for text in shown.wrong if said in text], shown.wrong


@pytest.mark.parametrize("address", [*FILES_ASKED, *MODULES_ASKED])
def test_an_address_of_a_generated_page_is_held(files: CdnFiles, address: str) -> None:
    host, _, rest = address.partition("/")
    path, _, query = rest.partition("?")
    got = files.resolve(host, f"/{path}", query)
    assert got.message == ""
    assert len(got.body) > 20


def test_the_copies_are_files_alone_and_not_too_large(folder: Path) -> None:
    found = [path for path in folder.rglob("*") if not path.is_dir()]
    assert all(path.is_file() and not path.is_symlink() for path in found)
    assert sum(path.stat().st_size for path in found) < MAX_TREE_BYTES


def test_a_package_is_linked_to_one_version_of_each_other(folder: Path) -> None:
    packages = json.loads((folder / "index.json").read_text())["packages"]
    linked = {
        f"{name}@{version} -> {other}": versions
        for name, held in packages.items()
        for version, facts in held.items()
        for other, versions in facts["links"].items()
    }
    assert "@react-three/drei" in packages
    assert {label: versions for label, versions in linked.items() if len(versions) != 1} == {}

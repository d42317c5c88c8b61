"""What answers the addresses of content networks."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.errors import Unavailable
from sandboxes.preview import cdn
from sandboxes.preview.cdn import CdnFiles
from sandboxes.preview.cdn_hosts import HOSTS
from sandboxes.preview.settings import CdnAnswer
from tests.fixtures.cdn_addresses import FILES_ASKED, MODULES_ASKED, NOT_HELD
from tests.fixtures.cdn_copies import write_copies


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_copies(tmp_path_factory.mktemp("copies"))


@pytest.fixture(scope="module")
def files(folder: Path) -> CdnFiles:
    return CdnFiles(folder)


def ask(files: CdnFiles, address: str) -> CdnAnswer:
    host, _, rest = address.partition("/")
    path, _, query = rest.partition("?")
    return files.resolve(host, f"/{path}", query)


@pytest.mark.parametrize(("address", "place"), FILES_ASKED.items())
def test_an_address_of_a_generated_page_finds_its_file(files: CdnFiles, address: str, place: str) -> None:
    got = ask(files, address)
    assert (got.status, got.message) == (200, "")
    assert got.body.decode() == place
    ending = place.rpartition(".")[2]
    assert {"js": "javascript", "css": "css", "json": "json", "png": "png"}[ending] in got.media_type


@pytest.mark.parametrize(("address", "place"), MODULES_ASKED.items())
def test_an_address_of_a_module_passes_on_the_one_there_is(files: CdnFiles, address: str, place: str) -> None:
    got = ask(files, address)
    assert f'export * from "/.arena/cdn/esm.sh/{place}"' in got.body.decode()
    assert ("export { default }" in got.body.decode()) == ("react" in place.partition("@")[0] or "/~/" in place)
    assert ask(files, f"esm.sh/{place}").message == ""


@pytest.mark.parametrize("address", NOT_HELD)
def test_what_is_not_held_says_so(files: CdnFiles, address: str) -> None:
    got = ask(files, address)
    assert "No local copy of" in got.message
    assert address.rstrip("/").partition("?")[0] in got.message


def test_a_script_that_is_not_held_throws_what_there_is(files: CdnFiles) -> None:
    got = ask(files, "unpkg.com/left-pad@1.3.0")
    assert got.status == 200
    assert got.body.startswith(b'throw new Error("No local copy of unpkg.com/left-pad@1.3.0 is held')
    assert b"react 19.3.1/18.3.1/17.0.2" in got.body


def test_another_major_version_names_those_there_are(files: CdnFiles) -> None:
    got = ask(files, "unpkg.com/react@15/dist/react.js")
    assert "Version 15 of react is none of those held: react 19.3.1, 18.3.1, 17.0.2 (major versions 19, 18, 17)" in (
        got.message
    )


def test_a_missing_file_names_those_there_are(files: CdnFiles) -> None:
    message = ask(files, "unpkg.com/vue@3/dist/nothing.js").message
    assert "vue@3.5.45 is, but without this file; it has dist/vue.global.js" in message


def test_a_module_that_is_not_held_fails_to_resolve_to_its_message(files: CdnFiles) -> None:
    got = ask(files, "esm.sh/left-pad")
    specifier = json.loads(got.body.decode().removeprefix("import ").rstrip(";\n"))
    assert specifier == got.message


def test_a_style_sheet_that_is_not_held_is_a_comment_and_an_error(files: CdnFiles) -> None:
    got = ask(files, "unpkg.com/left-pad@1/*/x.css")
    assert (got.status, got.media_type.partition(";")[0]) == (404, "text/css")
    text = got.body.decode().strip()
    assert text.startswith("/*")
    assert text.index("*/") == len(text) - 2


def test_only_known_hosts_answer(files: CdnFiles) -> None:
    assert "No local copy" in ask(files, "evil.example/react@18").message


def test_the_choices_of_a_page_change_what_a_module_is_linked_to(files: CdnFiles) -> None:
    other = ask(files, "esm.sh/framer-motion@11.18.2/+deps=react@18.3.1/index.js").body.decode()
    assert 'import "/.arena/cdn/esm.sh/react@18.3.1/+/index.js"' in other
    outside = ask(files, "esm.sh/framer-motion@11.18.2/+external=react/index.js").body.decode()
    assert 'import "react"' in outside
    usual = ask(files, "esm.sh/framer-motion@11.18.2/+/index.js").body.decode()
    assert 'import "/.arena/cdn/esm.sh/react@19.3.1/+/index.js"' in usual


def test_a_module_s_bare_names_become_addresses(files: CdnFiles) -> None:
    text = ask(files, "esm.sh/three@0.160.1/~/examples/jsm/controls/OrbitControls.js").body.decode()
    assert 'from "/.arena/cdn/esm.sh/three@0.160.1/+/index.js"' in text
    assert 'import "./other.js"' in text


def test_a_script_of_the_older_kinds_becomes_a_module(files: CdnFiles) -> None:
    text = ask(files, "esm.sh/matter-js@0.19").body.decode()
    assert "export default module.exports" in text or "No local copy" in text
    got = ask(files, "esm.sh/matter-js@0.19/build/matter.min.js").body.decode()
    assert "matter-js@0.20.0/build/matter.min.js\n}).call(globalThis" in got
    assert got.endswith("export default module.exports;\n")


def test_files_are_combined(files: CdnFiles) -> None:
    got = ask(files, "cdn.jsdelivr.net/combine/npm/jquery@3,npm/bootstrap@5")
    assert got.body == b"jquery@3.7.1/dist/jquery.min.js\nbootstrap@5.3.9/dist/js/bootstrap.bundle.min.js"
    assert "left-pad" in ask(files, "cdn.jsdelivr.net/combine/npm/jquery@3,npm/left-pad").message


def test_old_browsers_get_nothing(files: CdnFiles) -> None:
    assert ask(files, "polyfill.io/v3/polyfill.min.js?features=es6").body.startswith(b"/*")


def test_fonts_have_the_faces_that_were_asked_for(files: CdnFiles) -> None:
    css = ask(
        files, "fonts.googleapis.com/css2?family=Inter:ital,wght@0,400;1,700&family=Lato:wght@900&display=swap"
    ).body.decode()
    assert css.count("@font-face") == 3
    assert "src: url(/.arena/cdn/fonts.gstatic.com/s/inter-latin-wght-italic.woff2) format('woff2')" in css
    assert "font-style: italic;\n  font-weight: 700" in css
    assert "font-weight: 900;\n  font-display: swap;\n  src: url(/.arena/cdn/fonts.gstatic.com/s/lato-latin-700" in css
    assert ask(files, "fonts.gstatic.com/s/lato-latin-700-normal.woff2").media_type == "font/woff2"


def test_a_span_of_weights_is_one_face_of_a_variable_family(files: CdnFiles) -> None:
    css = ask(files, "fonts.googleapis.com/css2?family=Inter:wght@200..600").body.decode()
    assert css.count("@font-face") == 1
    assert "font-weight: 200 600" in css


def test_old_font_addresses_and_icons(files: CdnFiles) -> None:
    css = ask(files, "fonts.googleapis.com/css?family=Lato:400,700|Press+Start+2P").body.decode()
    assert css.count("@font-face") == 3
    icons = ask(files, "fonts.googleapis.com/icon?family=Material+Icons").body.decode()
    assert ".material-icons {" in icons


def test_an_unknown_family_is_an_empty_sheet_and_a_message(files: CdnFiles) -> None:
    got = ask(files, "fonts.googleapis.com/css2?family=No*/body{}Such")
    assert got.status == 200
    assert "@font-face" not in got.body.decode()
    assert got.body.decode().strip().endswith("*/")
    assert got.body.count(b"*/") == 1
    assert "No*/body{}Such" in got.message
    assert "Inter, Lato" in got.message


def test_only_listed_files_are_read(folder: Path, files: CdnFiles) -> None:
    (folder / "files/react@18.3.1/secret.js").write_text("secret")
    for path in ("react@18.3.1/secret.js", "react@18.3.1/../../index.json", "react@18.3.1/%2e%2e/%2e%2e/index.json"):
        assert b"secret" not in ask(files, f"unpkg.com/{path}").body.split(b"is held")[-1]
        assert ask(files, f"unpkg.com/{path}").message
    for path in ("react@18.3.1/+/../index.json", "react@18.3.1/+/%2e%2e/index.json", "react@18.3.1/+//etc/passwd"):
        assert "No local copy" in ask(files, f"esm.sh/{path}").message


def test_links_are_not_followed_and_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_copies(tmp_path / "copies")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/lodash.min.js").write_text("outside")
    place = folder / "files/lodash@4.18.1"
    (place / "lodash.min.js").unlink()
    (place / "lodash.min.js").symlink_to(tmp_path / "outside/lodash.min.js")
    files = CdnFiles(folder)
    assert "No local copy" in ask(files, "unpkg.com/lodash@4/lodash.min.js").message
    (place / "lodash.min.js").unlink()
    place.rmdir()
    place.symlink_to(tmp_path / "outside")
    assert "No local copy" in ask(files, "unpkg.com/lodash@4/lodash.min.js").message
    place.unlink()
    place.mkdir()
    os.mkfifo(place / "lodash.min.js")
    assert "No local copy" in ask(files, "unpkg.com/lodash@4/lodash.min.js").message
    monkeypatch.setattr(cdn, "MAX_FILE", 5)
    assert "No local copy" in ask(files, "unpkg.com/vue@3").message


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        CdnFiles(tmp_path)
    (tmp_path / "index.json").write_text('{"version": 2}')
    with pytest.raises(Unavailable):
        CdnFiles(tmp_path)


def test_the_newest_folder_is_taken(tmp_path: Path) -> None:
    assert CdnFiles.newest_in(tmp_path) is None
    write_copies(tmp_path / ".unfinished-x")
    assert CdnFiles.newest_in(tmp_path) is None
    write_copies(tmp_path / "abc")
    assert CdnFiles.newest_in(tmp_path) is not None


WORDS = st.sampled_from(
    "react @babel @ .. + ~ +esm npm combine , 18 ^18 %2e%2e three gh ui & +deps=a@1 latest examples jsm".split()  # noqa: SIM905
)
PARTS = st.lists(WORDS, max_size=9)
PATHS = st.one_of(st.text(max_size=60), PARTS.map("/".join), PARTS.map("@".join))


@given(host=st.sampled_from(sorted(HOSTS)), path=PATHS, query=st.text(max_size=60))
def test_any_request_has_an_answer(files: CdnFiles, host: str, path: str, query: str) -> None:
    got = files.resolve(host, path, query)
    assert got.status in {200, 404}
    assert got.body or got.media_type.startswith("text/css")

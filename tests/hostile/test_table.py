"""The reference page maps every attack to its test and to what stops it."""

from pathlib import Path

from tests.hostile.camera_catalogue import PAGES
from tests.hostile.catalogue import PROGRAMS
from tests.hostile.package_catalogue import IDS as PACKAGE_IDS
from tests.hostile.preview_catalogue import IDS as PREVIEW_IDS
from tests.hostile.test_apps import IDS as APP_IDS
from tests.hostile.test_isolation import PROBES
from tests.hostile.test_preview_pages import IDS as PAGE_IDS
from tests.hostile.test_warm import OTHERS as WARM

PAGE = Path(__file__).parents[2] / "docs/reference/sandbox-policy.md"
TESTS = Path(__file__).parents[1]
LIFE = {"leave-something-1", "leave-something-2", "hang-up", "silence", "bad-file-names", "bad-requests"}
SERVICE = {
    "kill-worker-mid-execution",
    "same-key-at-once",
    "cancel-in-every-phase",
    "cancel-behind-unread-input",
    "ten-times-capacity",
    "redis-down",
    "hostile-artefact-names",
}
OTHERS = WARM | PACKAGE_IDS | LIFE | SERVICE | PREVIEW_IDS | PAGE_IDS | APP_IDS | {page.id for page in PAGES}


def attack_rows() -> list[list[str]]:
    text = PAGE.read_text().partition("## Attacks")[2]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def test_every_attack_is_in_the_table_once() -> None:
    ids = [row[0] for row in attack_rows()]
    assert sorted(ids) == sorted({program.id for program in PROGRAMS} | PROBES.keys() | OTHERS)


def test_every_attack_on_the_service_is_named_by_its_test() -> None:
    tests = {test: next(TESTS.rglob(test)).read_text() for _, test, _ in attack_rows()}
    for attack, test, _ in attack_rows():
        if attack in SERVICE:
            assert f'"""{attack}' in tests[test], attack


def test_every_row_names_a_test_that_exists_and_a_line_of_policy() -> None:
    for attack, test, line in attack_rows():
        assert list(TESTS.rglob(test)), attack
        assert line, attack

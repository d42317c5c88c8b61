"""Names that are not shown yet stand nowhere in a report that anybody may read."""

from dataclasses import asdict

import pytest

from services.ratings.audit.blinding import blinded
from services.ratings.audit.finding import Code, Finding, Severity
from services.ratings.audit.rules import AuditRules
from services.ratings.audit.whole import AuditReport, audit
from tests.fixtures.audit_arena import CHEATS, NOW, audit_arena


def finding(subject: str, sentence: str) -> Finding:
    return Finding(code=Code.STARVED, severity=Severity.NOTE, subject=subject, sentence=sentence)


@pytest.fixture(scope="module")
def report() -> AuditReport:
    arena = audit_arena(3, cheats=CHEATS, battles=4000)
    return audit(arena.events, arena.draws, arena.records, rules=AuditRules(), now=NOW)


def test_no_private_name_is_left_anywhere(report: AuditReport) -> None:
    known = {row.name for row in report.shares.contenders}
    private = {name for name in known if name.startswith("owl-")} - {"owl-0"}
    assert len(private) == 9
    before, after = str(asdict(report)), str(asdict(blinded(report, private=private, known=known)))
    assert all(name in before for name in private)
    assert not any(name in after for name in private)
    assert "owl-0" in after


def test_nothing_else_changes(report: AuditReport) -> None:
    assert blinded(report, private=(), known=("ant",)) == report
    assert blinded(report, private=("nobody-1",), known=("ant",)) == report


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("gpt was drawn.", "a private contender was drawn."),
        ("gpt-4 beat gpt.", "gpt-4 beat a private contender."),
        ("gpts and egpt stay.", "gpts and egpt stay."),
        ("Without gpt, gpt-4: two groups", "Without a private contender, gpt-4: two groups"),
    ],
)
def test_a_public_name_that_contains_a_private_one_stays(sentence: str, shown: str) -> None:
    found = blinded(finding("gpt", sentence), private={"gpt"}, known={"gpt", "gpt-4"})
    assert (found.subject, found.sentence) == ("a private contender", shown)

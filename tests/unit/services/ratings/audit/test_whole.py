"""The whole audit names the planted cheats, only them, and is silent about the clean twin."""

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from services.domain.vote_record import Flag, FlagCode
from services.ratings.audit.rules import AuditRules
from services.ratings.audit.whole import AuditReport, audit
from tests.fixtures import audit_arena as planted


def report_on(arena: planted.AuditArena) -> AuditReport:
    return audit(arena.events, arena.draws, arena.records, rules=AuditRules(), now=planted.NOW)


def named(report: AuditReport) -> set[tuple[str, str]]:
    return {(row.code.value, row.subject) for row in report.findings}


@pytest.mark.parametrize("rule", ["weighted", "least-met"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_cheats_are_named_and_the_clean_twin_is_not(rule: str, seed: int) -> None:
    cheating = report_on(planted.audit_arena(seed, cheats=planted.CHEATS, battles=6000, rule=rule))
    assert named(cheating) == planted.PLANTED
    assert named(report_on(planted.audit_arena(seed, battles=6000, rule=rule))) == set()


@pytest.mark.parametrize("cheat", sorted(planted.CHEATS))
def test_each_cheat_alone_is_named_alone(cheat: str) -> None:
    codes = {
        "private": {"selective_publication", "too_many_private"},
        "starved": {"starved"},
        "silent": {"silent_removal"},
    }
    found = named(report_on(planted.audit_arena(3, cheats={cheat}, battles=6000)))
    assert found == {row for row in planted.PLANTED if row[0] in codes[cheat]}


@pytest.mark.parametrize(
    ("rule", "versions"), [("weighted", {"uniform u1", "weighted w1"}), ("least-met", {"least-met r1"})]
)
def test_stored_probabilities_that_admit_a_cheat_are_off_the_policy(rule: str, versions: set[str]) -> None:
    arena = planted.audit_arena(1, cheats={"starved"}, battles=6000, rule=rule, confess=True)
    found = named(report_on(arena))
    assert {("probability_off_policy", version) for version in versions} <= found
    assert {subject for _, subject in found} <= versions | {planted.STARVED}


def test_a_report_has_every_part_and_becomes_json() -> None:
    report = report_on(planted.audit_arena(1, cheats=planted.CHEATS, battles=3000))
    document = json.loads(TypeAdapter(AuditReport).dump_json(report))
    empty = [name for name, value in document.items() if value in (None, [], {}) and name != "notes"]
    assert empty == []
    assert json.dumps(document, allow_nan=False)
    assert {row.sentence.split()[0] for row in report.findings} >= {"Acme", "heron"}
    assert document["fragility"][0]["confirmed"] > 0


def test_votes_on_variants_that_were_never_shown_tell_what_choosing_is_worth() -> None:
    arena = planted.audit_arena(1, cheats={"private"}, battles=3000)
    hidden = Flag(code=FlagCode.PRIVATE, reason="Not shown yet.", factor=0)
    gone = {f"owl-{i}" for i in range(1, 10)}
    plain = {row.family: row for row in report_on(arena).private}["owl"]
    arena.records = [
        replace(row, flags=(hidden,)) if gone & {row.contender_a, row.contender_b} else row for row in arena.records
    ]
    report = report_on(arena)
    assert {row.family: row for row in report.private}["owl"] == plain
    assert plain.inflation is not None
    assert plain.inflation.points > 20
    assert not gone & {name for row in report.fragility for name in (row.first, row.second)}


def test_what_comes_after_now_does_not_count() -> None:
    arena = planted.audit_arena(1, cheats=planted.CHEATS, battles=3000)
    early = audit(arena.events, arena.draws, arena.records, rules=AuditRules(), now=planted.START)
    assert (early.draws, early.judgements, early.findings) == (0, 0, ())


def test_an_arena_without_history_says_so() -> None:
    arena = planted.audit_arena(1, battles=200)
    report = audit([], arena.draws, arena.records, rules=AuditRules(), now=planted.NOW)
    assert report.early_draws == 200
    assert report.findings == ()
    assert any("no history" in note for note in report.notes)
    nothing = audit([], [], [], rules=AuditRules(), now=planted.NOW)
    assert (nothing.findings, nothing.shares.contenders) == ((), ())

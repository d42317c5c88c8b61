"""Who went, how it was told, and what it does to the comparisons that are left."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.registry_event import RegistryEvent
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.ratings.audit.connectivity import connectivity, connectivity_findings
from services.ratings.audit.finding import Code, Finding
from services.ratings.audit.licence_class import LicenceClass
from services.ratings.audit.prompt_mix import drift_findings, drifts
from services.ratings.audit.registry_state import replay
from services.ratings.audit.removals import ClassRemovals, by_licence_class, removal_findings, removals, retirable
from services.ratings.audit.rules import AuditRules
from services.ratings.audit.segments import Stop
from services.ratings.audit.silence import Silence
from tests.fixtures.registry_history import START, history

RULES = AuditRules()
OPEN, CLOSED = {"provider": "Elm", "licence": "MIT"}, {"provider": "Oak", "licence": "Proprietary"}


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def vote(number: int, first: str, second: str, *, day: float = 0.0, voter: str = "", category: str = "") -> VoteRecord:
    return VoteRecord(
        id=f"v{number}", battle_id=f"b{number}", source=Source.HUMAN, judge="human", order=SeatOrder.AB,
        contender_a=first, contender_b=second, winner=Winner.A, created_at=at(day), voter=voter, category=category,
    )  # fmt: skip


def findings(events: list[RegistryEvent], *, notice_days: float = 0.0) -> list[Finding]:
    return removal_findings(events, [], [], notice_days=notice_days, alpha=0.01)


def test_an_announced_removal_is_no_finding_and_a_sudden_one_is() -> None:
    events = history(
        (0, "registered", "a", OPEN), (0, "registered", "b", CLOSED), (5, "retired", "a", {"reason": "old"}),
        (9, "removed", "a", {}), (9, "removed", "b", {"reason": "switched off"}),
    )  # fmt: skip
    assert [(row.code, row.subject) for row in findings(events)] == [(Code.REMOVED_WITHOUT_NOTICE, "b")]
    assert [row.subject for row in findings(events, notice_days=7)] == ["a", "b"]
    found = removals(events, [], {}, RULES)
    assert [(row.contender, row.announced_at, row.reason) for row in found] == [
        ("a", at(5), "old"),
        ("b", None, "switched off"),
    ]
    classes = by_licence_class(list(replay(events).entries.values()), found)
    assert [(row.licence_class, row.announced, row.unannounced) for row in classes] == [
        (LicenceClass.OPEN, 1, 0),
        (LicenceClass.PROPRIETARY, 0, 1),
    ]


def test_a_shown_standing_cannot_be_retracted() -> None:
    events = history(
        (0, "registered", "a", {**OPEN, "public": "no"}), (1, "published", "a", {}), (2, "retracted", "a", {})
    )
    assert [row.code for row in findings(events)] == [Code.RETRACTED_AFTER_PUBLICATION]
    private = history((0, "registered", "a", {**OPEN, "public": "no"}), (2, "retracted", "a", {}))
    assert findings(private) == []


def test_a_removal_that_was_undone_is_still_told() -> None:
    events = history((0, "registered", "a", OPEN), (1, "removed", "a", {}), (2, "registered", "a", OPEN))
    assert [row.code for row in findings(events)] == [Code.REMOVED_WITHOUT_NOTICE]


def test_silence_is_a_removal_that_only_the_draws_tell() -> None:
    events = history((0, "registered", "a", OPEN))
    stop = Stop(contender="a", after=at(3), until=None)
    silence = Silence(stop=stop, draws=500, earlier_share=0.1, log10_probability=-20.0)
    (row,) = removals(events, [silence], {}, RULES)
    assert (row.silent, row.announced_at, row.at) == (True, None, at(3))
    (finding,) = removal_findings(events, [silence], [], notice_days=0, alpha=0.01)
    assert (finding.code, finding.subject) == (Code.SILENT_REMOVAL, "a")


@pytest.mark.parametrize(("open_gone", "closed_gone", "named"), [(2, 2, False), (9, 0, True), (1, 0, False)])
def test_one_licence_class_cannot_go_more_quietly_than_the_other(
    open_gone: int, closed_gone: int, *, named: bool
) -> None:
    classes = [
        ClassRemovals(licence_class=kind, public=10, announced=0, unannounced=gone, silent=0, by_rule=0)
        for kind, gone in ((LicenceClass.OPEN, open_gone), (LicenceClass.PROPRIETARY, closed_gone))
    ]
    found = removal_findings([], [], classes, notice_days=0, alpha=0.01)
    assert [row.code for row in found] == ([Code.UNEQUAL_REMOVAL] if named else [])


@pytest.mark.parametrize("licence", ["MIT", "Proprietary", ""])
def test_the_rule_of_retirement_knows_no_licence(licence: str) -> None:
    facts = {"provider": "Elm", "licence": licence, "family": "ash"}
    state = replay(history(*((day, "registered", f"ash-{day}", facts) for day in range(3))))
    assert retirable(state, "ash-0", 3000, RULES)
    assert not retirable(state, "ash-0", 2999, RULES)
    assert not retirable(state, "ash-1", 3000, RULES)


def test_a_removal_that_cuts_the_graph_is_named() -> None:
    events = history(*((0, "registered", name, OPEN) for name in "abcde"), (5, "retired", "c", {}))
    votes = [vote(0, "a", "b"), vote(1, "b", "c"), vote(2, "c", "d"), vote(3, "d", "e")]
    found = connectivity(replay(events).entries, votes, silent=[])
    assert found.parts == (("a", "b"), ("d", "e"))
    assert found.missed == ("c",)
    assert [row.subject for row in connectivity_findings(found)] == ["c"]
    whole = connectivity(replay(events).entries, [*votes, vote(4, "a", "e")], silent=[])
    assert connectivity_findings(whole) == []


def test_uncounted_votes_connect_nobody_and_a_young_graph_is_no_finding() -> None:
    entries = replay(history(*((0, "registered", name, OPEN) for name in "abcd"))).entries
    leak = Flag(code=FlagCode.IDENTITY_LEAK, reason="It says who it is.", factor=0)
    votes = [vote(0, "a", "b"), vote(1, "c", "d"), replace(vote(2, "b", "c"), flags=(leak,))]
    found = connectivity(entries, votes, silent=[])
    assert len(found.parts) == 2
    assert connectivity_findings(found) == []


def around(mixes: tuple[list[float], list[float]], *, voters: int, each: int, seed: int = 1) -> list[VoteRecord]:
    """Votes before and after day 10; each voter always asks for the same."""
    rng, votes = np.random.default_rng(seed), list[VoteRecord]()
    for side, mix in enumerate(mixes):
        for voter in range(voters):
            category = "xyz"[int(rng.choice(3, p=mix))]
            votes += [
                vote(len(votes), "a", "b", day=5 + 10 * side, voter=f"{side}-{voter}", category=category)
                for _ in range(each)
            ]
    return votes


def test_another_mix_of_prompts_is_seen_and_people_who_say_much_do_not_make_one() -> None:
    removed = [("c", at(10))]
    (other,) = drifts(around(([0.6, 0.2, 0.2], [0.2, 0.2, 0.6]), voters=200, each=1), removed, window_days=30)
    assert [row.code for row in drift_findings([other], alpha=0.01)] == [Code.PROMPT_MIX_CHANGED]
    assert other.effect > 0.2
    alarms = 0
    for seed in range(100):
        same = drifts(around(([0.4, 0.3, 0.3],) * 2, voters=60, each=8, seed=seed), removed, window_days=30)
        alarms += bool(drift_findings(same, alpha=0.05))
        assert (same[0].before, same[0].after) == (60, 60)
    # 5 % of 100; a binomial with that mean is above 12 once in 700 times
    assert alarms <= 12


def test_few_judgements_say_nothing_about_the_mix() -> None:
    votes = around(([1.0, 0.0, 0.0], [0.0, 0.0, 1.0]), voters=20, each=1)
    assert drifts(votes, [("c", at(10))], window_days=30) == ()

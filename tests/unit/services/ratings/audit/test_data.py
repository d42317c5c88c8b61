"""Who has seen what, what comes again, and what was deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.vote_record import VoteRecord
from services.ratings.audit.data_access import access, access_findings, repetitions
from services.ratings.audit.deletions import deletions, published
from services.ratings.audit.finding import Code
from services.ratings.audit.registry_state import replay
from tests.fixtures.registry_history import START, history

REGISTERED = tuple(
    (0.0, "registered", name, {"provider": owner}) for name, owner in (("a", "Elm"), ("b", "Oak"), ("c", "Oak"))
)


def vote(first: str, second: str, prompt: str, *, day: float = 0.0, group: str = "") -> VoteRecord:
    name = f"{first}{second}{prompt}{day}"
    return VoteRecord(
        id=name, battle_id=name, source=Source.HUMAN, judge="human", order=SeatOrder.AB, contender_a=first,
        contender_b=second, winner=Winner.A, created_at=START + timedelta(days=day), prompt_key=prompt,
        prompt_group=group,
    )  # fmt: skip


def test_a_provider_sees_the_prompts_of_its_own_battles_once() -> None:
    events = history(*REGISTERED, (1, "data_given", "", {"provider": "Elm", "prompts": "7", "votes": "5"}))
    votes = [vote("a", "b", "p"), vote("b", "c", "p"), vote("b", "c", "q"), vote("c", "b", "r")]
    found = {row.provider: row for row in access(events, votes, replay(events).entries)}
    assert (found["Elm"].prompts_seen, found["Elm"].votes_seen) == (1, 1)
    assert (found["Oak"].prompts_seen, found["Oak"].votes_seen) == (3, 4)
    assert (found["Elm"].prompt_share, found["Elm"].vote_share) == (1 / 3, 1 / 4)
    assert (found["Elm"].prompts_given, found["Elm"].votes_given) == (7, 5)


@pytest.mark.parametrize(
    ("receivers", "named"), [(["Elm"], ["Elm"]), (["Elm", "Oak"], []), (["everyone"], []), ([], [])]
)
def test_data_for_some_is_named_and_data_for_all_is_not(receivers: list[str], named: list[str]) -> None:
    given = [(1.0, "data_given", "", {"provider": name, "votes": "5"}) for name in receivers]
    events = history(*REGISTERED, *given)
    found = access_findings(access(events, [vote("a", "b", "p")], replay(events).entries))
    assert [(row.code, row.subject) for row in found] == [(Code.UNEQUAL_DATA, name) for name in named]


def test_a_count_that_is_no_number_is_an_error() -> None:
    events = history((0, "data_given", "", {"provider": "Elm", "votes": "many"}))
    with pytest.raises(ValueError, match="Event 1: votes"):
        access(events, [], {})


def test_prompts_come_again_month_by_month_word_for_word_or_nearly() -> None:
    january = [vote("a", "b", "p", group="g"), vote("a", "b", "q")]
    february = [
        vote("a", "b", prompt, day=40, group=group) for prompt, group in (("p", "g"), ("p2", "g"), ("x", ""), ("q", ""))
    ]
    (row,) = repetitions([*january, *february])
    assert (row.month, row.judgements, row.same_prompt, row.same_group) == ("2025-02", 4, 0.5, 0.75)
    # a month without judgements in between has nothing to repeat
    assert repetitions([*january, vote("a", "b", "p", day=70)]) == ()
    year = [replace(row, created_at=row.created_at - timedelta(days=20)) for row in january]
    assert repetitions([*year, *january])[0].month == "2025-01"


def test_snapshots_before_a_deletion_are_superseded_by_it() -> None:
    events = history(
        (1, "snapshot", "", {"number": "1", "source": "human"}),
        (2, "deleted", "", {"votes": "0", "battles": "0", "mode": "pseudonym"}),
        (3, "deleted", "", {"votes": "2", "battles": "1", "mode": "votes"}),
        (4, "snapshot", "", {"number": "2", "source": "human"}),
    )
    assert [(row.votes, row.battles, row.mode) for row in deletions(events)] == [(0, 0, "pseudonym"), (2, 1, "votes")]
    assert [(row.number, row.superseded_at) for row in published(events)] == [
        ("1", START + timedelta(days=3)),
        ("2", None),
    ]

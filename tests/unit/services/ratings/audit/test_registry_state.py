"""The registry's history, played again."""

from datetime import timedelta

import pytest

from services.ratings.audit.licence_class import LicenceClass, licence_class_of
from services.ratings.audit.registry_state import replay
from tests.fixtures.registry_history import START, history

FACTS = {"provider": "Elm", "licence": "MIT", "family": "ash", "public": "no", "weight": "2"}


def test_a_private_contender_is_shown_weighted_retired_and_removed() -> None:
    events = history(
        (0, "registered", "a", FACTS),
        (1, "published", "a", {}),
        (2, "weighted", "a", {"weight": "0.5"}),
        (3, "retired", "a", {"reason": "old"}),
        (4, "removed", "a", {}),
    )
    at = {day: replay(events, until=START + timedelta(days=day)).entries["a"] for day in range(5)}
    assert (at[0].public, at[0].weight, at[0].owner, at[0].licence_class) == (False, 2, "Elm", LicenceClass.OPEN)
    assert at[1].public
    assert at[1].began_private
    assert at[2].weight == 0.5
    assert (at[2].eligible, at[3].eligible, at[3].configured, at[4].configured) == (True, False, True, False)


def test_a_contender_that_comes_back_can_be_drawn_again() -> None:
    events = history(
        (0, "registered", "a", {"provider": "Elm"}),
        (1, "removed", "a", {}),
        (2, "registered", "a", {"provider": "Oak"}),
    )
    entry = replay(events).entries["a"]
    assert entry.eligible
    assert (entry.provider, entry.registered_at, entry.removed_at) == ("Oak", START + timedelta(days=2), None)


def test_registering_anew_changes_the_facts_and_keeps_what_was_shown() -> None:
    events = history(
        (0, "registered", "a", FACTS), (1, "published", "a", {}), (2, "registered", "a", {**FACTS, "licence": "closed"})
    )
    entry = replay(events).entries["a"]
    assert (entry.public, entry.licence_class, entry.registered_at) == (True, LicenceClass.PROPRIETARY, START)


def test_gaps_and_strangers_are_told() -> None:
    events = history((0, "registered", "a", {}), (1, "removed", "b", {}), (2, "weighted", "a", {"weight": "2"}))
    assert len(replay(events).problems) == 1
    assert "gap" in replay([events[0], events[2]]).problems[0]


def test_a_fallback_shares_the_parameters_but_for_the_wait() -> None:
    details = {"policy": "a-optimal", "version": "x", "floor": "0.2", "warmup_votes": "30", "revision": "1"}
    policy = replay(history((0, "policy", "", {**details, "fallback": "weighted", "fallback_version": "y"}))).policy
    assert policy is not None
    assert policy.fallback is not None
    assert (policy.fallback.name, policy.fallback.version) == ("weighted", "y")
    assert policy.fallback.parameters == {"floor": "0.2"}


def test_a_weight_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a number"):
        replay(history((0, "registered", "a", {"weight": "much"})))


@pytest.mark.parametrize(
    ("licence", "kind"),
    [
        ("Apache-2.0", "open"), ("MIT", "open"), ("Llama 3.1 Community", "open"), ("Gemma license", "open"),
        ("CC-BY-NC-4.0", "open"), ("non-commercial research", "open"), ("CC0-1.0", "open"),
        ("Proprietary", "proprietary"),
        ("closed weights", "proprietary"), ("Mistral Commercial", "proprietary"), ("API only", "proprietary"),
        ("", "unknown"), ("-", "unknown"), ("see website", "unknown"), ("capital", "unknown"),
    ],
)  # fmt: skip
def test_licences_fall_into_classes(licence: str, kind: str) -> None:
    assert licence_class_of(licence) == kind

"""What changes in the catalogue becomes history, under the same rules for everyone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.arena.registry import events_between
from services.domain.contender import Contender
from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.errors import ConfigurationError
from services.ratings.audit.registry_state import replay
from tests.fixtures.registry_history import START

POLICY = {"policy": "uniform", "version": "1", "floor": "0.2"}
ANA = Contender(name="ana", model="a-1", organisation="Elm", licence="MIT", weight=2.3000000001, settings_hash="s")
BEN = Contender(name="ben", model="b-1", organisation="Oak", licence="Proprietary")
OWL = replace(BEN, name="owl", family="owl", public=False)
_K = RegistryEventKind


class Book:
    """A history that grows as the catalogue changes."""

    def __init__(self) -> None:
        self.events: list[RegistryEvent] = []

    def sees(
        self, *contenders: Contender, policy: dict[str, str] | None = None, cap: int | None = None
    ) -> list[tuple[RegistryEventKind, str]]:
        """What is new when the catalogue is this."""
        now = START + timedelta(days=len(self.events))
        new = events_between(self.events, contenders, policy or POLICY, now=now, private_variants=cap)
        assert [event.sequence for event in new] == list(range(len(self.events) + 1, len(self.events) + 1 + len(new)))
        assert {event.at for event in new} <= {now}
        self.events += new
        assert events_between(self.events, contenders, policy or POLICY, now=now) == []
        return [(event.kind, event.contender) for event in new]


def test_the_first_look_registers_everyone_who_can_be_drawn() -> None:
    book = Book()
    assert book.sees(ANA, replace(BEN, enabled=False)) == [(_K.POLICY, ""), (_K.REGISTERED, "ana")]
    assert book.events[1].details == {
        "provider": "Elm", "licence": "MIT", "family": "a-1", "public": "yes", "weight": "2.3000000001",
        "settings": "s",
    }  # fmt: skip
    state = replay(book.events)
    assert state.problems == ()
    assert state.policy is not None
    assert (state.policy.name, state.policy.parameters) == ("uniform", {"floor": "0.2"})


@pytest.mark.parametrize(
    ("later", "event"),
    [
        (replace(ANA, weight=3.0), _K.WEIGHTED),
        (replace(ANA, licence="Proprietary"), _K.REGISTERED),
        (replace(ANA, settings_hash="t"), _K.REGISTERED),
        (replace(ANA, enabled=False, retired="two newer ones are there"), _K.RETIRED),
        (replace(ANA, enabled=False), _K.REMOVED),
    ],
)
def test_changes_are_told(later: Contender, event: RegistryEventKind) -> None:
    book = Book()
    book.sees(ANA, BEN)
    assert book.sees(later, BEN) == [(event, "ana")]
    # and back
    back = _K.WEIGHTED if event is _K.WEIGHTED else _K.REGISTERED
    assert book.sees(ANA, BEN) == [(back, "ana")]
    assert replay(book.events).entries["ana"].eligible


def test_who_is_gone_is_removed_when_shown_and_retracted_when_not() -> None:
    book = Book()
    book.sees(ANA, BEN, OWL)
    assert book.sees(ANA) == [(_K.REMOVED, "ben"), (_K.RETRACTED, "owl")]


def test_a_retirement_is_told_once_and_removal_follows() -> None:
    book, retired = Book(), replace(ANA, enabled=False, retired="old")
    book.sees(ANA, BEN)
    assert book.sees(retired, BEN) == [(_K.RETIRED, "ana")]
    assert book.events[-1].details == {"reason": "old"}
    assert book.sees(BEN) == [(_K.REMOVED, "ana")]


def test_a_new_policy_is_told_with_its_parameters() -> None:
    book = Book()
    book.sees(ANA)
    assert book.sees(ANA, policy={**POLICY, "floor": "0.3"}) == [(_K.POLICY, "")]


def test_what_was_shown_is_not_taken_back() -> None:
    book = Book()
    book.sees(OWL)
    assert book.sees(replace(OWL, public=True)) == [(_K.PUBLISHED, "owl")]
    with pytest.raises(ConfigurationError, match="owl has been public"):
        book.sees(OWL)


def test_private_variants_have_a_cap_that_taking_away_does_not_lift() -> None:
    book = Book()
    first, second, third = (replace(OWL, name=f"owl-{i}") for i in range(3))
    book.sees(first, second, cap=2)
    book.sees(second, cap=2)
    with pytest.raises(ConfigurationError, match="3 private variants of owl; 2 are allowed"):
        book.sees(second, third, cap=2)
    # another family, and what is public, are free; and a lower cap stops nobody who is there
    book.sees(second, replace(third, family="lark"), replace(first, name="owl-9", public=True), cap=2)
    book.sees(second, replace(third, family="lark"), replace(first, name="owl-9", public=True), cap=0)

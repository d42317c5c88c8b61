"""What happened to contenders and to the arena's rules: an append-only history that the audit reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RegistryEventKind(StrEnum):
    """What can happen. `details` of each kind are named beside it."""

    REGISTERED = "registered"
    """A contender can be drawn from now on: provider, licence, family, public ("yes" or "no"), weight."""
    PUBLISHED = "published"
    """A private contender's standing is shown from now on."""
    RETRACTED = "retracted"
    """A contender was taken away before its standing was ever shown: reason."""
    RETIRED = "retired"
    """A contender is announced to be drawn no longer: reason."""
    REMOVED = "removed"
    """A contender is no longer configured, or switched off, whether that was announced or not: reason."""
    WEIGHTED = "weighted"
    """A contender's weight has changed: weight."""
    POLICY = "policy"
    """Pairs are drawn by another rule from now on: policy, version, and the rule's parameters."""
    DATA_GIVEN = "data_given"
    """A provider was given data: provider, prompts, votes (counts)."""
    DELETED = "deleted"
    """A person's data was deleted on request: votes, battles (counts), mode."""
    SNAPSHOT = "snapshot"
    """A snapshot was published: number, source."""


@dataclass(frozen=True, kw_only=True)
class RegistryEvent:
    """One event; `sequence` numbers them without gaps from 1. `contender` is "" where none is concerned."""

    sequence: int
    at: datetime
    kind: RegistryEventKind
    contender: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def following(
    known: Sequence[RegistryEvent], at: datetime, said: Iterable[tuple[RegistryEventKind, str, Mapping[str, str]]]
) -> list[RegistryEvent]:
    """What was `said` (kind, contender, details) as the events that come after `known`."""
    last = max((event.sequence for event in known), default=0)
    return [
        RegistryEvent(sequence=last + number, at=at, kind=kind, contender=contender, details=details)
        for number, (kind, contender, details) in enumerate(said, start=1)
    ]

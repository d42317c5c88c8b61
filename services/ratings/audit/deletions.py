"""What was deleted on request, and which snapshots it came after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.ratings.audit.data_access import count_in


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """A person's data, deleted on request."""

    at: datetime
    votes: int
    battles: int
    mode: str


@dataclass(frozen=True, kw_only=True)
class PublishedSnapshot:
    """A snapshot; `superseded_at` is when the first deletion after it took rows that it was computed from."""

    number: str
    source: str
    at: datetime
    superseded_at: datetime | None


def deletions(events: Sequence[RegistryEvent]) -> tuple[Deletion, ...]:
    """In order of time."""
    return tuple(
        Deletion(
            at=event.at,
            votes=count_in(event, "votes"),
            battles=count_in(event, "battles"),
            mode=event.details.get("mode", ""),
        )
        for event in events
        if event.kind is RegistryEventKind.DELETED
    )


def published(events: Sequence[RegistryEvent]) -> tuple[PublishedSnapshot, ...]:
    """Every snapshot, in order of time; a deletion without votes supersedes none."""
    gone = [row.at for row in deletions(events) if row.votes or row.battles]
    return tuple(
        PublishedSnapshot(
            number=event.details.get("number", ""),
            source=event.details.get("source", ""),
            at=event.at,
            superseded_at=min((at for at in gone if at >= event.at), default=None),
        )
        for event in events
        if event.kind is RegistryEventKind.SNAPSHOT
    )

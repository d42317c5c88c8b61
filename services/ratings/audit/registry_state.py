"""The registry at any time: its events played again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.ratings.audit.licence_class import LicenceClass, licence_class_of

_Kind = RegistryEventKind


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the registry says of one contender; a time is None for what has not happened since it was registered."""

    name: str
    provider: str = ""
    licence: str = ""
    family: str = ""
    settings: str = ""
    weight: float = 1.0
    public: bool = True
    began_private: bool = False
    registered_at: datetime | None = None
    published_at: datetime | None = None
    retracted_at: datetime | None = None
    retired_at: datetime | None = None
    removed_at: datetime | None = None

    @property
    def configured(self) -> bool:
        """Whether it is neither removed nor retracted."""
        return self.registered_at is not None and self.removed_at is None and self.retracted_at is None

    @property
    def eligible(self) -> bool:
        """Whether the arena says that it can be drawn."""
        return self.configured and self.retired_at is None and self.weight > 0

    @property
    def owner(self) -> str:
        """The provider; a contender without one stands for itself."""
        return self.provider or self.name

    @property
    def licence_class(self) -> LicenceClass:
        """Open, proprietary or unknown."""
        return licence_class_of(self.licence)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The declared rule for drawing pairs; `fallback` is what draws where that needs votes that are not there yet."""

    name: str
    version: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    fallback: "Policy | None" = None
    details: Mapping[str, str] = field(default_factory=dict)
    """All of it as it was declared."""

    @classmethod
    def declared(cls, details: Mapping[str, str]) -> "Policy":
        """The policy that the details of an event declare; its fallback has the same parameters but for the wait."""
        left = dict(details)
        name, version = left.pop("policy", ""), left.pop("version", "")
        other, other_version = left.pop("fallback", ""), left.pop("fallback_version", "")
        shared = {key: value for key, value in left.items() if key not in ("warmup_votes", "revision")}
        fallback = cls(name=other, version=other_version, parameters=shared) if other else None
        return cls(name=name, version=version, parameters=left, fallback=fallback, details=dict(details))


@dataclass(frozen=True, kw_only=True)
class RegistryState:
    """Everything the events up to one moment say; `problems` tells where they do not fit together."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    policy: Policy | None = None
    problems: tuple[str, ...] = ()

    def after(self, event: RegistryEvent) -> "RegistryState":
        """The state once `event` has happened."""
        if event.kind is _Kind.POLICY:
            return replace(self, policy=Policy.declared(event.details))
        if event.kind in (_Kind.DATA_GIVEN, _Kind.DELETED, _Kind.SNAPSHOT):
            return self
        problems = self.problems
        known = self.entries.get(event.contender)
        if event.kind is not _Kind.REGISTERED and (known is None or not known.configured):
            problems += (f"Event {event.sequence} ({event.kind}) concerns {event.contender}, who is not registered.",)
        entry = _apply(known or Entry(name=event.contender), event)
        return replace(self, entries={**self.entries, event.contender: entry}, problems=problems)


def replay(events: Sequence[RegistryEvent], *, until: datetime | None = None) -> RegistryState:
    """The state after all `events` (in order of their numbers), or those up to and including `until`."""
    state, expected = RegistryState(), 1
    for event in sorted(events, key=lambda event: event.sequence):
        if event.sequence != expected:
            gap = f"Event {event.sequence} comes where {expected} should: the history has a gap or a double."
            state = replace(state, problems=(*state.problems, gap))
        expected = event.sequence + 1
        if until is None or event.at <= until:
            state = state.after(event)
    return state


def _apply(entry: Entry, event: RegistryEvent) -> Entry:
    details, at = event.details, event.at
    match event.kind:
        case _Kind.REGISTERED:
            return _registered(entry, event)
        case _Kind.PUBLISHED:
            return replace(entry, public=True, published_at=at)
        case _Kind.RETRACTED:
            return replace(entry, retracted_at=at)
        case _Kind.RETIRED:
            return replace(entry, retired_at=entry.retired_at or at)
        case _Kind.REMOVED:
            return replace(entry, removed_at=at)
        case _:
            return replace(entry, weight=weight_in(details, entry.weight))


def _registered(entry: Entry, event: RegistryEvent) -> Entry:
    details = event.details
    public = details.get("public", "yes") != "no"
    again = entry.configured
    return Entry(
        name=entry.name,
        provider=details.get("provider", ""),
        licence=details.get("licence", ""),
        family=details.get("family", ""),
        settings=details.get("settings", ""),
        weight=weight_in(details, 1.0),
        public=public or (again and entry.public),
        began_private=not public or entry.began_private,
        registered_at=entry.registered_at if again else event.at,
        published_at=entry.published_at or (event.at if public else None),
    )


def weight_in(details: Mapping[str, str], default: float) -> float:
    """The weight that `details` name.

    Raises:
        ValueError: it is not a number.
    """
    text = details.get("weight", "")
    try:
        return float(text) if text else default
    except ValueError:
        raise ValueError(f"A contender's weight in the registry is not a number: {text!r}") from None

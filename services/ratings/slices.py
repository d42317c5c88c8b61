"""Parts of a source's judgements that have boards of their own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.rating import BoardSlice
from services.domain.side import Side
from services.domain.vote_record import VoteRecord


@dataclass(frozen=True, kw_only=True)
class SliceValue:
    """A value that a slice can ask for in its field `name`, and how many counted judgements it has."""

    name: str
    value: str
    judgements: int


@dataclass(frozen=True, kw_only=True)
class SliceOptions:
    """Which slices have judgements: values by field, most frequent first, and the first and last moment."""

    values: tuple[SliceValue, ...]
    first: datetime | None
    last: datetime | None

    def of(self, name: str) -> tuple[SliceValue, ...]:
        """The values of one field of `BoardSlice`."""
        return tuple(value for value in self.values if value.name == name)


def matches(record: VoteRecord, part: BoardSlice) -> bool:
    """Whether `record` belongs to the slice; language and environment must be those of both sides."""
    return (
        part.category in ("", record.category)
        and part.judge in ("", record.judge)
        and part.language in ("", _shared_language(record))
        and part.environment in ("", _shared_environment(record))
        and (part.since is None or record.created_at >= part.since)
        and (part.until is None or record.created_at < part.until)
    )


def options(records: Sequence[VoteRecord]) -> SliceOptions:
    """What the counted `records` can be sliced by; mixed pairs belong to no language or environment."""
    counted = [record for record in records if record.counted]
    found = Counter(pair for record in counted for pair in _values(record))
    listed = sorted(found.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    moments = [record.created_at for record in counted]
    return SliceOptions(
        values=tuple(SliceValue(name=name, value=value, judgements=count) for (name, value), count in listed),
        first=min(moments, default=None),
        last=max(moments, default=None),
    )


def _values(record: VoteRecord) -> Iterator[tuple[str, str]]:
    fields = {
        "category": record.category,
        "language": _shared_language(record),
        "environment": _shared_environment(record),
        "judge": record.judge,
    }
    return ((name, value) for name, value in fields.items() if value)


def _shared_language(record: VoteRecord) -> str:
    first, second = record.facts(Side.A).language, record.facts(Side.B).language
    return first if first == second else ""


def _shared_environment(record: VoteRecord) -> str:
    first, second = record.facts(Side.A).environment, record.facts(Side.B).environment
    return first if first == second else ""

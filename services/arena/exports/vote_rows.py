"""A vote record as a row of our own schema, and back: nothing is lost on the way."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from services.arena.exports.columns import Column, Kind, Row, RowTrouble, checked
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.vote_record import Flag, FlagCode, SideFacts, VoteRecord

SCHEMA_VERSION = 1

_SIDE = {
    "environment": Kind.TEXT,
    "language": Kind.TEXT,
    "outcome": Kind.TEXT,
    "style": Kind.FEATURES,
    "effects": Kind.FEATURES,
}
IDENTITY: tuple[Column, ...] = (
    Column(name="schema_version", kind=Kind.WHOLE),
    Column(name="id"),
    Column(name="battle_id"),
    Column(name="source"),
    Column(name="judge"),
    Column(name="order"),
)
OUTCOME: tuple[Column, ...] = (
    Column(name="contender_a"),
    Column(name="contender_b"),
    Column(name="winner", nullable=True),
)
CIRCUMSTANCES: tuple[Column, ...] = (
    Column(name="strength", kind=Kind.WHOLE),
    Column(name="created_at", kind=Kind.MOMENT),
    Column(name="voter"),
    Column(name="prompt_key"),
    Column(name="prompt_group"),
    Column(name="category"),
    *(Column(name=f"side_{side}_{name}", kind=kind) for side in "ab" for name, kind in _SIDE.items()),
    Column(name="policy"),
    Column(name="policy_version"),
    Column(name="pair_probability", kind=Kind.NUMBER),
    Column(name="dwell_seconds", kind=Kind.NUMBER, nullable=True),
    Column(name="tried_a", kind=Kind.TRUTH, nullable=True),
    Column(name="tried_b", kind=Kind.TRUTH, nullable=True),
    Column(name="repeat_of"),
    Column(name="flags", kind=Kind.FLAGS),
    Column(name="weight", kind=Kind.NUMBER),
    Column(name="counted", kind=Kind.TRUTH),
)
COLUMNS = (*IDENTITY, *OUTCOME, *CIRCUMSTANCES)

_BY_NAME = {column.name: column for column in COLUMNS}
_NEEDED = ("id", "battle_id", "source", "judge", "contender_a", "contender_b", "created_at")
_DERIVED = ("schema_version", "weight", "counted")
_DEFAULTS: Mapping[str, Any] = {
    "order": "ab", "strength": 1, "pair_probability": 1.0, "flags": (),
    **{f"side_{side}_{name}": {} for side in "ab" for name in ("style", "effects")},
}  # fmt: skip


def row_of(record: VoteRecord) -> dict[str, Any]:
    """The row of a record, by column."""
    row: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
    for name in _BY_NAME:
        if not name.startswith("side_") and name != "schema_version":
            row[name] = getattr(record, name)
    for side, facts in (("a", record.side_a), ("b", record.side_b)):
        row |= {f"side_{side}_{name}": getattr(facts, name) for name in _SIDE}
    row["flags"] = [{"code": flag.code.value, "reason": flag.reason, "factor": flag.factor} for flag in record.flags]
    return row | {name: row[name].value for name in ("source", "order")} | {
        "winner": record.winner.value if record.winner else None
    }  # fmt: skip


def record_of(row: Row) -> VoteRecord:
    """The record of a row; columns that are not ours are passed over.

    Raises:
        RowTrouble: a value is missing, of another kind, or outside its range.
    """
    version = checked(row.get("schema_version"), _BY_NAME["schema_version"])
    if version > SCHEMA_VERSION:
        raise RowTrouble(f"schema_version {version} is newer than what this program knows ({SCHEMA_VERSION}).")
    values = {name: _value(row, column) for name, column in _BY_NAME.items() if name not in _DERIVED}
    for side in "ab":
        values[f"side_{side}"] = SideFacts(**{name: values.pop(f"side_{side}_{name}") for name in _SIDE})
    values["source"] = word(Source, values["source"], "source")
    values["order"] = word(SeatOrder, values["order"], "order")
    values["winner"] = None if values["winner"] is None else word(Winner, values["winner"], "winner")
    record = VoteRecord(**values | {"flags": flags_of(values["flags"])})
    check_record(record)
    _check_derived(row, record)
    return record


def word(words: Any, value: str, name: str) -> Any:
    """`value` as one of the `words` of a StrEnum.

    Raises:
        RowTrouble: it is none of them.
    """
    try:
        return words(value)
    except ValueError:
        raise RowTrouble(f"{name}: {value[:60]!r} is none of {', '.join(item.value for item in words)}.") from None


def flags_of(found: Sequence[Mapping[str, Any]]) -> tuple[Flag, ...]:
    """The flags in their cell's form.

    Raises:
        RowTrouble: a code is unknown or a factor outside its range.
    """
    try:
        return tuple(
            Flag(code=word(FlagCode, flag["code"], "flags"), reason=flag["reason"], factor=flag["factor"])
            for flag in found
        )
    except RowTrouble:
        raise
    except ValueError as error:
        raise RowTrouble(f"flags: {error}") from None


def check_record(record: VoteRecord) -> None:
    """Whether the record can be one.

    Raises:
        RowTrouble: a name is empty or a number outside its range.
    """
    for name in ("id", "battle_id", "contender_a", "contender_b"):
        if not getattr(record, name):
            raise RowTrouble(f"{name} is empty.")
    if record.strength not in (1, 2):
        raise RowTrouble(f"strength: {record.strength} is neither 1 nor 2.")
    if not 0 < record.pair_probability <= 1:
        raise RowTrouble(f"pair_probability: {record.pair_probability} is no probability of what has happened.")


def _value(row: Row, column: Column) -> Any:
    value = row.get(column.name)
    if value is None and not column.nullable and column.name not in _NEEDED:
        return _DEFAULTS.get(column.name, "")
    return checked(value, column)


def _check_derived(row: Row, record: VoteRecord) -> None:
    """Refuse a row whose flags were taken out by hand, or whose weight was raised."""
    weight, counted = row.get("weight"), row.get("counted")
    if weight is not None and not math.isclose(checked(weight, _BY_NAME["weight"]), record.weight, abs_tol=1e-12):
        raise RowTrouble(f"weight: {weight} is not the product of the flags' factors, {record.weight}.")
    if counted is not None and checked(counted, _BY_NAME["counted"]) != record.counted:
        raise RowTrouble(f"counted: {counted} does not follow from winner, contenders and flags.")

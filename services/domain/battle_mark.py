"""What was done with a battle before its vote that keeps it off boards, and the flag that says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.domain.judgement import Source
from services.domain.vote_record import Flag, FlagCode


class BattleMark(StrEnum):
    """A mark stays with its battle; what happens after the vote leaves none."""

    EDITED = "edited"
    """Somebody ran a side's program changed: what was voted on may be theirs."""
    STOPPED = "stopped"
    """Somebody stopped a side before it was through."""
    ONE_SIDED = "one_sided"
    """A turn went to one side only."""
    RETRIED = "retried"
    """A failed side was asked again after the names had been shown."""


@dataclass(frozen=True, kw_only=True)
class _Rule:
    flag: Flag
    people_only: bool


def _rule(code: FlagCode, reason: str, *, people_only: bool) -> _Rule:
    return _Rule(flag=Flag(code=code, reason=reason, factor=0), people_only=people_only)


_RULES = {
    BattleMark.EDITED: _rule(
        FlagCode.EDITED, "A side's program was run with changes before the vote.", people_only=True
    ),
    BattleMark.STOPPED: _rule(FlagCode.STOPPED, "A side was stopped before it was through.", people_only=False),
    BattleMark.ONE_SIDED: _rule(FlagCode.ONE_SIDED, "A turn went to one side only.", people_only=False),
    BattleMark.RETRIED: _rule(
        FlagCode.RETRIED, "A failed side was asked again after the names had been shown.", people_only=True
    ),
}
MARK_CODES = frozenset(rule.flag.code for rule in _RULES.values())


def flags_of(marks: Iterable[BattleMark], source: Source) -> tuple[Flag, ...]:
    """The flags of a judgement of `source` on a battle with these marks; automatic judges see what was answered, and
    no names."""
    rules = [_RULES[mark] for mark in sorted(set(marks))]
    return tuple(rule.flag for rule in rules if source is Source.HUMAN or not rule.people_only)

"""How much of the arena's data each provider has seen, and how much of it comes again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.domain.vote_record import VoteRecord
from services.ratings.audit.finding import Code, Finding, Severity
from services.ratings.audit.registry_state import Entry

EVERYONE = "everyone"
"""The provider named by data that is given to all alike, such as a public export."""


@dataclass(frozen=True, kw_only=True)
class ProviderAccess:
    """What a provider saw in its own battles (each prompt is sent to it), and what it was given besides.

    Shares are of all prompts and all judgements. What was given may overlap with what it saw: counts, not a union.
    """

    provider: str
    prompts_seen: int
    prompt_share: float
    votes_seen: int
    vote_share: float
    prompts_given: int
    votes_given: int


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """The share of a month's judgements whose prompt had come in the month before: the same text, or nearly."""

    month: str
    judgements: int
    same_prompt: float
    same_group: float


def access(
    events: Sequence[RegistryEvent], records: Sequence[VoteRecord], entries: Mapping[str, Entry]
) -> tuple[ProviderAccess, ...]:
    """One row for each provider that saw or was given something, the one that saw most first."""
    prompts: dict[str, set[str]] = {}
    votes: Counter[str] = Counter()
    for record in records:
        sides = {record.contender_a, record.contender_b}
        for owner in {entries[name].owner if name in entries else name for name in sides}:
            prompts.setdefault(owner, set()).add(_prompt(record))
            votes[owner] += 1
    given: dict[str, list[int]] = {}
    for event in events:
        if event.kind is RegistryEventKind.DATA_GIVEN:
            total = given.setdefault(event.details.get("provider", ""), [0, 0])
            total[0] += count_in(event, "prompts")
            total[1] += count_in(event, "votes")
    everything = len({_prompt(record) for record in records})
    rows = [
        ProviderAccess(
            provider=name,
            prompts_seen=len(prompts.get(name, ())),
            prompt_share=len(prompts.get(name, ())) / everything if everything else 0.0,
            votes_seen=votes[name],
            vote_share=votes[name] / len(records) if records else 0.0,
            prompts_given=given.get(name, [0, 0])[0],
            votes_given=given.get(name, [0, 0])[1],
        )
        for name in set(prompts) | set(given)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.votes_seen, row.provider)))


def access_findings(found: Sequence[ProviderAccess]) -> list[Finding]:
    """Data that was given to some providers only."""
    others = [row for row in found if row.provider != EVERYONE]
    given = [row for row in others if row.prompts_given or row.votes_given]
    if not given or len(given) == len(others):
        return []
    return [
        Finding(
            code=Code.UNEQUAL_DATA,
            severity=Severity.NOTE,
            subject=row.provider,
            sentence=f"{row.provider} was given {row.prompts_given} prompts and {row.votes_given} votes beyond its own "
            f"battles; {len(others) - len(given)} of {len(others)} providers were given nothing.",
            numbers={"prompts": row.prompts_given, "votes": row.votes_given},
            method="registry events",
        )
        for row in given
    ]


def repetitions(records: Sequence[VoteRecord]) -> tuple[Repetition, ...]:
    """Month by month, from the second month on."""
    months: dict[str, list[VoteRecord]] = {}
    for record in records:
        months.setdefault(f"{record.created_at.astimezone(UTC):%Y-%m}", []).append(record)
    rows = []
    for month in sorted(months):
        before = months.get(_previous(month))
        if before is None:
            continue
        keys = {_prompt(record) for record in before}
        groups = {record.prompt_group or _prompt(record) for record in before}
        now = months[month]
        rows.append(
            Repetition(
                month=month,
                judgements=len(now),
                same_prompt=sum(_prompt(record) in keys for record in now) / len(now),
                same_group=sum((record.prompt_group or _prompt(record)) in groups for record in now) / len(now),
            )
        )
    return tuple(rows)


def count_in(event: RegistryEvent, name: str) -> int:
    """The count that an event's details name; 0 when they do not.

    Raises:
        ValueError: it is not a whole number.
    """
    text = event.details.get(name, "")
    try:
        return int(text) if text else 0
    except ValueError:
        raise ValueError(f"Event {event.sequence}: {name} is not a whole number: {text!r}") from None


def _prompt(record: VoteRecord) -> str:
    return record.prompt_key or f"battle:{record.battle_id}"


def _previous(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"

"""What is said of each person's vote beside its outcome: all flags, computed again from the votes in order of time."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from services.domain.battle import CHOSEN_POLICY
from services.domain.contender import Contender
from services.domain.judgement import Source
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.extraction.identity_leak import LeakFinder
from services.ratings.anomalies import Ballot, VoterFinding, VoterMonitor, anomalous
from services.ratings.duplicates import repeat_weights
from services.ratings.evidence import e_bh
from services.ratings.signals import Bursts, SeatMonitor, SignalRules, first_flags


@dataclass(frozen=True, kw_only=True)
class QualityRules:
    """Where the lines are and what crossing them does; docs/reference/vote-quality.md says why.

    `contenders` tells which names an answer may give away and who makes whom. Voters with fewer than `least_votes`
    votes are not judged as persons. `prompt_cutoff` votes on one group of prompts are as many as count in full.
    """

    alpha: float = 0.05
    least_votes: int = 10
    anomaly_factor: float = 0.1
    leak_factor: float = 0.0
    prompt_cutoff: int = 25
    signals: SignalRules = field(default_factory=SignalRules)
    contenders: tuple[Contender, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha lies between 0 and 1: {self.alpha}")
        if self.prompt_cutoff < 1:
            raise ValueError(f"At least one vote on a prompt counts in full: {self.prompt_cutoff}")


@dataclass(frozen=True, kw_only=True)
class BattleTexts:
    """What was asked and what both sides answered."""

    prompt: str
    answer_a: str
    answer_b: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the votes say of their voters: everybody's finding, and whom the rules pick out."""

    findings: Mapping[str, VoterFinding]
    anomalous: Mapping[str, VoterFinding]
    seats: SeatMonitor
    one_sided: frozenset[str]


def flags_for(
    records: Sequence[VoteRecord],
    *,
    texts: Callable[[VoteRecord], BattleTexts | None],
    rules: QualityRules,
    leaks: MutableMapping[str, Flag | None] | None = None,
) -> Mapping[str, tuple[Flag, ...]]:
    """The flags of every human vote by record id, () for those without; whatever flags the records bear is ignored.

    `texts` is asked once for each battle that is not in `leaks`, which remembers what was found and may be kept for the
    next call; it returns None where the texts are gone. The flags of rules that follow from how a battle came about
    (chosen pair, repeat) are not among them.
    """
    ordered = in_time(records)
    known = {} if leaks is None else leaks
    _look_for_leaks(ordered, texts, rules, known)
    leaked = {record.id: flag for record in ordered if (flag := known[record.battle_id]) is not None}
    return flags_by_rules(ordered, leaked, rules, evidence_of(ordered, leaked, rules))


def in_time(records: Iterable[VoteRecord]) -> list[VoteRecord]:
    """Human votes, oldest first."""
    humans = (record for record in records if record.source is Source.HUMAN)
    return sorted(humans, key=lambda record: (record.created_at, record.id))


def evidence_of(ordered: Sequence[VoteRecord], leaked: Iterable[str], rules: QualityRules) -> Evidence:
    """Bets on every blind vote, `leaked` (record ids) and null ones left out; votes must be in order of time."""
    skipped = frozenset(leaked)
    blind = [record for record in ordered if record.id not in skipped and _is_blind(record)]
    makers = {contender.name: contender.organisation for contender in rules.contenders}
    names = {name for record in blind for name in (record.contender_a, record.contender_b)}
    monitor, seats = VoterMonitor(names, makers), SeatMonitor(tolerated=rules.signals.tolerated_seat_share)
    for record in blind:
        if record.winner is not None:
            monitor.add(
                Ballot(
                    voter=record.voter,
                    contender_a=record.contender_a,
                    contender_b=record.contender_b,
                    winner=record.winner,
                )
            )
            seats.add(record.voter, record.winner)
    findings = {found.voter: found for found in monitor.findings()}
    judged = {voter: value for voter, value in seats.evidence().items() if seats.decided(voter) >= rules.least_votes}
    return Evidence(
        findings=findings,
        anomalous=anomalous(findings.values(), alpha=rules.alpha, least_votes=rules.least_votes),
        seats=seats,
        one_sided=e_bh(judged, rules.alpha),
    )


def flags_by_rules(
    ordered: Sequence[VoteRecord], leaked: Mapping[str, Flag], rules: QualityRules, evidence: Evidence
) -> dict[str, tuple[Flag, ...]]:
    """The flags of votes in order of time when it is known which of them were given on answers that gave themselves
    away."""
    bursts = Bursts(rules.signals)
    prompts = repeat_weights((_prompt(record) for record in ordered if _is_blind(record)), cutoff=rules.prompt_cutoff)
    persons = _person_flags(evidence, rules)
    found = {}
    for record in ordered:
        burst = bursts.add(record)
        flags = [
            leaked.get(record.id),
            _repeated_prompt(prompts.get(_prompt(record)), rules),
            *persons.get(record.voter, ()),
            *first_flags(record, rules.signals),
            burst,
        ]
        found[record.id] = tuple(flag for flag in flags if flag is not None)
    return found


def _is_blind(record: VoteRecord) -> bool:
    """Whether it is a first, honest look at two contenders that nobody could know."""
    seen_before = record.repeat_of or record.policy == CHOSEN_POLICY
    return record.winner is not None and record.contender_a != record.contender_b and not seen_before


def _look_for_leaks(
    records: Iterable[VoteRecord],
    texts: Callable[[VoteRecord], BattleTexts | None],
    rules: QualityRules,
    known: MutableMapping[str, Flag | None],
) -> None:
    """Fill `known` for every battle."""
    fresh = [record for record in records if record.battle_id not in known]
    if not fresh:
        return
    names = {
        contender.name: (contender.name, contender.model, contender.organisation) for contender in rules.contenders
    }
    finder = LeakFinder(name for group in names.values() for name in group)
    for record in fresh:
        own = [name for who in (record.contender_a, record.contender_b) for name in names.get(who, (who,))]
        found = texts(record)
        known[record.battle_id] = _leak(finder, found, own, rules) if found else None


def _leak(finder: LeakFinder, texts: BattleTexts, own: Sequence[str], rules: QualityRules) -> Flag | None:
    for side, answer in (("A", texts.answer_a), ("B", texts.answer_b)):
        leak = finder.leak_in(answer, prompt=texts.prompt, own=own)
        if leak is not None:
            return Flag(code=FlagCode.IDENTITY_LEAK, reason=f"Side {side}: {leak.reason}", factor=rules.leak_factor)
    return None


def _person_flags(evidence: Evidence, rules: QualityRules) -> dict[str, tuple[Flag, ...]]:
    """What is said of each voter, and so of all their votes."""
    flags: dict[str, tuple[Flag, ...]] = {}
    for voter, finding in evidence.anomalous.items():
        flag = Flag(code=FlagCode.ANOMALOUS_VOTER, reason=finding.reason, factor=rules.anomaly_factor)
        flags[voter] = (flag,)
    for voter in sorted(evidence.one_sided):
        seat = evidence.seats.finding(voter)
        if seat is not None:
            flag = Flag(code=FlagCode.SAME_SEAT, reason=seat.reason, factor=rules.signals.seat_factor)
            flags[voter] = (*flags.get(voter, ()), flag)
    return flags


def _repeated_prompt(found: tuple[int, float] | None, rules: QualityRules) -> Flag | None:
    if found is None:
        return None
    size, factor = found
    reason = f"{size} votes or more are on prompts like this one; they weigh about {rules.prompt_cutoff} together."
    return Flag(code=FlagCode.REPEATED_PROMPT, reason=reason, factor=factor)


def _prompt(record: VoteRecord) -> str:
    return record.prompt_group or record.prompt_key

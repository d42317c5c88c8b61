"""Voters who do not judge: evidence against each voter, by bets on their votes.

For each vote every alternative k bets against "this voter is like the others": its wealth is multiplied by
q_k(o) / p(o), o the outcome (lose, tie, win) of the pair. The e-value is the weighted mean of the wealths.

p(o) = (votes on the pair with outcome o before + 1) / (votes on the pair before + 1). These p add up to more than one;
exactly that makes the bets fair when p is itself estimated. Given which votes the pair has had, this one included, each
of them is equally likely to be this voter's; the mean of q(o)/p(o) over them is the sum of q over the outcomes that
occurred, at most 1 (conformal e-prediction; Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2nd
ed. 2022). The first vote on a pair proves nothing.

Two orders are read: as votes came, whose evidence may be watched all the time (Ville's inequality), and with hindsight,
all votes of others first, which knows more and holds whenever it is looked at once. docs/reference/vote-quality.md has
the proof, its limits, and what was measured.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.domain.judgement import Winner
from services.ratings.evidence import e_bh, grown

UNIFORM, COIN, INVERTED, LEFT, RIGHT = "uniform", "coin", "inverted", "always-left", "always-right"
FAN, PROVIDER_FAN = "fan of ", "fan of organisation "
HABITS = (UNIFORM, COIN, INVERTED, LEFT, RIGHT)
SENTENCES = {
    UNIFORM: "choosing A, B or a tie at random",
    COIN: "choosing A or B by tossing a coin, with ties as often as everybody",
    INVERTED: "choosing what others reject",
    LEFT: "always choosing the left side",
    RIGHT: "always choosing the right side",
}

_OUTCOMES = {Winner.A: 2, Winner.B: 0, Winner.TIE: 1, Winner.BOTH_BAD: 1}
_SURE = 0.9
_SHARP, _BLUNT = _SURE + (1 - _SURE) / 3, (1 - _SURE) / 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """One vote as the monitor sees it; `voter` "" is nobody in particular: part of the history only."""

    voter: str
    contender_a: str
    contender_b: str
    winner: Winner


@dataclass(frozen=True, kw_only=True)
class VoterFinding:
    """What is known of one voter.

    `e_value` is the evidence as votes came, `largest` the most it ever was (honest voters reach 1/alpha with
    probability alpha at most), `hindsight` the evidence when others' later votes are known too. `explanation` is the
    alternative with the largest wealth in hindsight, `wealth` how large that is.
    """

    voter: str
    votes: int
    e_value: float
    largest: float
    hindsight: float
    explanation: str
    wealth: float

    @property
    def combined(self) -> float:
        """Half of each evidence, which is an e-value again: what voters are picked out by."""
        return (self.e_value + self.hindsight) / 2

    @property
    def reason(self) -> str:
        """A sentence for the log and the voter's flag."""
        what = SENTENCES.get(self.explanation, f"being a {self.explanation}")
        return (
            f"{self.votes} votes fit {what} {_times(self.wealth)} times better than voting like others; "
            f"e-value {_times(self.e_value)} as votes came, {_times(self.hindsight)} with hindsight."
        )


@dataclass
class _Voter:
    ballots: list[Ballot] = field(default_factory=list)
    largest: float = 0.0
    habits: dict[str, float] = field(default_factory=lambda: dict.fromkeys(HABITS, 1.0))
    fans: dict[str, float] = field(default_factory=dict)
    provider_fans: dict[str, float] = field(default_factory=dict)


class VoterMonitor:
    """Takes votes in the order of their time, each in constant time, and says what is known of every voter.

    `contenders` are all that may ever meet (an alternative for each), `organisations` says who makes them.
    Five habits, the fans of contenders and the fans of organisations weigh a seventh each.
    """

    def __init__(self, contenders: Iterable[str], organisations: Mapping[str, str]) -> None:
        self._contenders = frozenset(contenders)
        self._makers = {name: organisations.get(name, "") for name in sorted(self._contenders)}
        self._providers = len(set(self._makers.values()) - {""})
        self._history = _History()
        self._voters: dict[str, _Voter] = {}

    def add(self, ballot: Ballot) -> None:
        """Bet on the vote, then learn it.

        Raises:
            ValueError: a contender is not one of those named at the start, or is compared with itself.
        """
        first, second = ballot.contender_a, ballot.contender_b
        if first == second or not {first, second} <= self._contenders:
            raise ValueError(f"No two contenders that were named at the start: {first}, {second}")
        if ballot.voter:
            state = self._voters.setdefault(ballot.voter, _Voter())
            self._bet(state, ballot, self._history.before(ballot))
            state.ballots.append(ballot)
            state.largest = max(state.largest, self._evidence(state))
        self._history.learn(ballot)

    def evidence(self, voter: str) -> float:
        """The e-value of `voter` as votes came.

        Raises:
            KeyError: they have not voted.
        """
        return self._evidence(self._voters[voter])

    def finding(self, voter: str) -> VoterFinding:
        """What is known of `voter`; takes as long as they have votes.

        Raises:
            KeyError: they have not voted.
        """
        state = self._voters[voter]
        hindsight = self._hindsight(state)
        name, wealth = max((*hindsight.habits.items(), *_named(hindsight)), key=lambda item: item[1])
        return VoterFinding(
            voter=voter,
            votes=len(state.ballots),
            e_value=self._evidence(state),
            largest=state.largest,
            hindsight=self._evidence(hindsight),
            explanation=name,
            wealth=wealth,
        )

    def findings(self) -> list[VoterFinding]:
        """Every voter, in order of name."""
        return [self.finding(voter) for voter in sorted(self._voters)]

    def _hindsight(self, state: _Voter) -> _Voter:
        """The voter's wealths if all others had voted before: their own votes leave the history and come back."""
        again, coming = _Voter(), _History()
        for ballot in state.ballots:
            coming.learn(ballot)
        for ballot in state.ballots:
            known, own = self._history.before(ballot), coming.before(ballot)
            self._bet(again, ballot, [count - later for count, later in zip(known, own, strict=True)])
            coming.forget(ballot)
        return again

    def _bet(self, state: _Voter, ballot: Ballot, counts: Sequence[int]) -> None:
        """`counts`: the votes on the pair that are known and (lost, tied, won) for seat A."""
        outcome, total = _OUTCOMES[ballot.winner], sum(counts)
        odds = (total + 1) / (counts[outcome] + 1)
        left = (_SHARP if outcome == 2 else _BLUNT) * odds
        right = (_SHARP if outcome == 0 else _BLUNT) * odds
        tied = (counts[1] + 1) / (total + 3)
        habits = state.habits
        habits[UNIFORM] = grown(habits[UNIFORM], odds / 3)
        habits[COIN] = grown(habits[COIN], odds * (tied if outcome == 1 else (1 - tied) / 2))
        habits[INVERTED] = grown(habits[INVERTED], odds * (counts[2 - outcome] + 1) / (total + 3))
        habits[LEFT] = grown(habits[LEFT], left)
        habits[RIGHT] = grown(habits[RIGHT], right)
        maker_a, maker_b = self._makers[ballot.contender_a], self._makers[ballot.contender_b]
        for name, factor in ((ballot.contender_a, left), (ballot.contender_b, right)):
            state.fans[name] = grown(state.fans.get(name, 1.0), factor)
        for maker, factor in ((maker_a, left), (maker_b, right)) if maker_a != maker_b else ():
            if maker:
                state.provider_fans[maker] = grown(state.provider_fans.get(maker, 1.0), factor)

    def _evidence(self, state: _Voter) -> float:
        """The weighted mean of the wealths; who never bet still has the 1 they started with."""
        parts = [*state.habits.values(), _mean(state.fans, len(self._contenders))]
        if self._providers:
            parts.append(_mean(state.provider_fans, self._providers))
        return sum(parts) / len(parts)


class _History:
    """How often each pair ended how."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = {}

    def before(self, ballot: Ballot) -> Sequence[int]:
        """The votes on this pair that (lost, tied, won) for this ballot's seat A."""
        swapped = ballot.contender_a > ballot.contender_b
        counts = self._counts.get(_pair(ballot), (0, 0, 0))
        return counts[::-1] if swapped else counts

    def learn(self, ballot: Ballot) -> None:
        """Count it."""
        self._add(ballot, 1)

    def forget(self, ballot: Ballot) -> None:
        """Count it no more."""
        self._add(ballot, -1)

    def _add(self, ballot: Ballot, step: int) -> None:
        outcome = _OUTCOMES[ballot.winner]
        swapped = ballot.contender_a > ballot.contender_b
        self._counts.setdefault(_pair(ballot), [0, 0, 0])[2 - outcome if swapped else outcome] += step


def anomalous(findings: Iterable[VoterFinding], *, alpha: float, least_votes: int) -> dict[str, VoterFinding]:
    """The voters to weigh down: e-BH at `alpha` on the combined evidence of those with `least_votes` votes or more."""
    candidates = {found.voter: found for found in findings if found.votes >= least_votes}
    chosen = e_bh({voter: found.combined for voter, found in candidates.items()}, alpha)
    return {voter: candidates[voter] for voter in sorted(chosen)}


def _pair(ballot: Ballot) -> tuple[str, str]:
    first, second = ballot.contender_a, ballot.contender_b
    return (first, second) if first < second else (second, first)


def _mean(wealths: Mapping[str, float], count: int) -> float:
    return (sum(wealths.values()) + count - len(wealths)) / count


def _named(state: _Voter) -> list[tuple[str, float]]:
    fans = [(FAN + name, wealth) for name, wealth in sorted(state.fans.items())]
    return fans + [(PROVIDER_FAN + name, wealth) for name, wealth in sorted(state.provider_fans.items())]


def _times(value: float) -> str:
    """The order of magnitude: a flag's reason should not change with everybody's every vote."""
    if value < 1:
        return "less than 1"
    power = int(math.log10(value) + 1e-9)
    return f"over {10**power:,}" if power < 7 else f"over 1e{power}"

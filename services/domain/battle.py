"""A battle: one prompt thread, two sides, and the state machine of its life.

                     both sides finished           judges done
    running ──────────────────────────▶ judging ───────────────▶ complete
     │ ▲ ▲ ╲   both finished, no judges ──────────────────────────▲ │  │
     │ │ │  a side failed                vote ╲                     │  │ vote
     │ │ ╰─────── a follow-up turn begins ─────┼────────────────────╯  │
     ▼ │                                       ▶ voted ◀───────────────╯
     void ─ the failed side is asked again (▲)

`voted` is final; judges that end after a vote change nothing. Without a retry a void battle stays one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.domain.battle_mark import BattleMark
from services.domain.battle_mode import BattleMode, Parameters
from services.domain.problem import Problem
from services.domain.side import Side
from services.errors import Conflict

CHOSEN_POLICY = "chosen"
REPEAT_POLICY = "repeat"


class BattleState(StrEnum):
    """Where a battle stands."""

    RUNNING = "running"
    JUDGING = "judging"
    COMPLETE = "complete"
    VOTED = "voted"
    VOID = "void"

    @property
    def terminal(self) -> bool:
        """Whether no more work is in flight for the battle."""
        return self in (BattleState.COMPLETE, BattleState.VOTED, BattleState.VOID)

    @property
    def open_to_vote(self) -> bool:
        """Whether a person may vote now."""
        return self in (BattleState.JUDGING, BattleState.COMPLETE)


class BattleEventKind(StrEnum):
    """What can happen to a battle."""

    SIDES_FINISHED_TO_JUDGE = "sides_finished_to_judge"
    SIDES_FINISHED = "sides_finished"
    SIDE_FAILED = "side_failed"
    JUDGES_DONE = "judges_done"
    VOTED = "voted"
    TURN_BEGAN = "turn_began"
    RETRIED = "retried"


_S, _E = BattleState, BattleEventKind
_TRANSITIONS: dict[tuple[BattleState, BattleEventKind], BattleState] = {
    (_S.RUNNING, _E.SIDES_FINISHED_TO_JUDGE): _S.JUDGING,
    (_S.RUNNING, _E.SIDES_FINISHED): _S.COMPLETE,
    (_S.RUNNING, _E.SIDE_FAILED): _S.VOID,
    (_S.JUDGING, _E.JUDGES_DONE): _S.COMPLETE,
    (_S.JUDGING, _E.VOTED): _S.VOTED,
    (_S.COMPLETE, _E.VOTED): _S.VOTED,
    (_S.VOTED, _E.JUDGES_DONE): _S.VOTED,
    (_S.VOID, _E.SIDE_FAILED): _S.VOID,
    (_S.COMPLETE, _E.TURN_BEGAN): _S.RUNNING,
    (_S.VOID, _E.RETRIED): _S.RUNNING,
}


def next_state(state: BattleState, event: BattleEventKind) -> BattleState:
    """The state after `event`.

    Raises:
        Conflict: the event is not possible in this state.
    """
    try:
        return _TRANSITIONS[state, event]
    except KeyError:
        raise Conflict(f"A battle that is {state} cannot take the event {event}.") from None


@dataclass(frozen=True, kw_only=True)
class Battle:
    """A battle as stored; sides are drawn once and kept.

    `policy`, `policy_version` and `pair_probability` say how the pair was sampled (1.0 when it was chosen by
    name), `judges` names the automatic judges asked for, `problem` says why it is void. `record_interactions` tells
    that whoever started it agreed to a record of how the running answers are used. `owner` is the session that
    started it, "" when nobody knows. `opened_at` is when both sides could first be seen. `repeat_of` is the battle
    that this one shows again with the seats exchanged, "" for an ordinary one. `consent_version` is the privacy notice
    that the owner had agreed to, `training_consent` whether also to publication for research and training. `marks` say
    what was done before the vote that keeps it off boards. `parameters` are settings in the place of the contenders'
    own. Where `mode` is a chat with one contender, `contender_b` is "".
    """

    id: str
    state: BattleState
    contender_a: str
    contender_b: str
    policy: str
    policy_version: str
    pair_probability: float
    judges: tuple[str, ...]
    created_at: datetime
    ranked: bool = True
    record_interactions: bool = False
    owner: str = ""
    repeat_of: str = ""
    consent_version: str = ""
    training_consent: bool = False
    marks: tuple[BattleMark, ...] = ()
    mode: BattleMode = BattleMode.BATTLE
    parameters: Parameters | None = None
    opened_at: datetime | None = None
    finished_at: datetime | None = None
    problem: Problem | None = None

    @property
    def blind(self) -> bool:
        """Whether nobody could know the pair: only then does a person's vote count on the human board."""
        return self.policy != CHOSEN_POLICY

    @property
    def open_to_vote(self) -> bool:
        """Whether a person may vote now; there is nothing to compare in a chat."""
        return self.state.open_to_vote and self.mode is not BattleMode.DIRECT

    def contender(self, side: Side) -> str:
        """Who sits on `side`."""
        return self.contender_a if side is Side.A else self.contender_b

    def marked(self, mark: BattleMark) -> "Battle":
        """The battle with `mark`, unless it has it or its vote is cast: what comes later changes no vote."""
        if mark in self.marks or self.state is BattleState.VOTED:
            return self
        return replace(self, marks=(*self.marks, mark))

    def after(self, event: BattleEventKind, *, now: datetime, problem: Problem | None = None) -> "Battle":
        """The battle after `event`; sets `opened_at` when it opens to votes, `finished_at` when it becomes terminal.

        One that runs again has neither, and no problem.

        Raises:
            Conflict: the event is not possible in this state.
        """
        state = next_state(self.state, event)
        if state is BattleState.RUNNING:
            return replace(self, state=state, opened_at=None, finished_at=None, problem=None)
        return replace(
            self,
            state=state,
            opened_at=self.opened_at or (now if state.open_to_vote else None),
            finished_at=self.finished_at or (now if state.terminal else None),
            problem=self.problem or problem,
        )


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One prompt of a battle; `index` counts from 0."""

    id: str
    battle_id: str
    index: int
    prompt: str
    created_at: datetime

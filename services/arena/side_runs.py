"""Programs of a battle's sides run again by who looks at them: as they are with other input, or changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.arena.direct_runs import DirectRuns, Submitted, Tie
from services.arena.programs import Program
from services.domain.battle_mark import BattleMark
from services.domain.direct_run import DirectRun
from services.domain.possible import possible
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.errors import Conflict, InvalidRequest
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

MOST_RUNS = 200


@dataclass(frozen=True, kw_only=True)
class SideRuns:
    """Direct runs that belong to a side. What the contender wrote, and how that ran, stays as it is."""

    store: UnitOfWorkFactory
    runs: DirectRuns

    def run(
        self,
        battle_id: str,
        side: Side,
        program: Program,
        *,
        turn: int | None = None,
        caller: str = "",
        idempotency_key: str | None = None,
    ) -> Submitted:
        """Run a program in the place of the side's own; `turn` (the latest) says which of them it comes from.

        Files, entry, packages or environment that are not the answer's mark the battle: a vote that comes after it is
        kept off boards.

        Raises:
            NotFound: there is no such battle.
            InvalidRequest: the program breaks a rule, or there is no such turn.
            Conflict: the side has no program yet, the battle has had too many runs, or the key was used before.
            QueueFull, Unavailable: nothing was accepted.
        """
        with self.store() as uow:
            snippet = _snippet(uow, battle_id, side, turn)
            if len(uow.runs.of_battle(battle_id)) >= MOST_RUNS:
                raise Conflict(
                    f"This battle has had its {MOST_RUNS} runs.", hint="Take the files and run them yourself."
                )
        edited = not is_unchanged(program, snippet)

        def mark(uow: UnitOfWork) -> None:
            battle = uow.battles.get_for_update(battle_id)
            marked = battle.marked(BattleMark.EDITED)
            if edited and marked is not battle:
                uow.battles.update(marked)

        tie = Tie(battle_id=battle_id, side=side, within=mark)
        return self.runs.submit(program, caller=caller, idempotency_key=idempotency_key, tie=tie)


def latest_runs(uow: UnitOfWork, battle_id: str) -> Mapping[Side, DirectRun]:
    """The latest run of each side that has one."""
    return {run.side: run for run in uow.runs.of_battle(battle_id) if run.side is not None}


def is_unchanged(program: Program, snippet: Snippet) -> bool:
    """Whether what the contender wrote runs as it would; input, arguments and variables may be others."""
    files = {file.path: file.text.encode("utf-8", "replace") for file in snippet.files}
    return (
        dict(program.files) == files
        and program.environment == snippet.environment
        and program.entry in ("", snippet.entry)
        and (program.dependencies is None or set(program.dependencies) == set(snippet.dependencies))
    )


def _snippet(uow: UnitOfWork, battle_id: str, side: Side, turn: int | None) -> Snippet:
    battle, turns = uow.battles.get(battle_id), uow.battles.turns(battle_id)
    if turn is not None and not 0 <= turn < len(turns):
        raise InvalidRequest(f"The battle has {len(turns)} turn(s), counted from 0.", where="turn")
    answer = uow.answers.of_turn(turns[-1 if turn is None else turn].id).get(side)
    snippet = uow.snippets.find(answer.id) if answer else None
    if snippet is None or not snippet.files:
        raise Conflict(possible(battle, has_program=False)["run"], hint="Choose the other side, or ask for code.")
    return snippet

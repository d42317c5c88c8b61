"""The judge that knows only one thing: what ran beats what did not."""

from dataclasses import dataclass

from services.domain.execution import Execution, ExecutionOutcome
from services.domain.judgement import Label, SeatOrder, Source, Verdict
from services.judges.case_text import seats
from services.judges.protocol import Case


@dataclass(frozen=True, kw_only=True)
class ExecutionJudge:
    """A deterministic Judge: a program that ran to success beats one that did not; all else is a tie.

    Trouble of ours on either side gives a null verdict: it says nothing about the programs.
    """

    name: str = "execution"

    @property
    def source(self) -> Source:
        return Source.EXECUTION

    @property
    def orders(self) -> tuple[SeatOrder, ...]:
        return (SeatOrder.AB,)

    def verdict(self, case: Case, order: SeatOrder) -> Verdict:
        """What the two runs say, with the reason naming both."""
        first, second = (side.execution for side in seats(case, order))
        reason = f"A {_told(first)}; B {_told(second)}."
        return Verdict(order=order, label=_label(first, second), reason=reason, raw=reason)


def _label(first: Execution | None, second: Execution | None) -> Label | None:
    outcomes = [execution.outcome if execution else None for execution in (first, second)]
    if ExecutionOutcome.INFRASTRUCTURE_ERROR in outcomes or ExecutionOutcome.CANCELLED in outcomes:
        return None
    ran = [outcome is ExecutionOutcome.SUCCEEDED for outcome in outcomes]
    if ran[0] == ran[1]:
        return Label.TIE
    return Label.A_BETTER if ran[0] else Label.B_BETTER


def _told(execution: Execution | None) -> str:
    if execution is None:
        return "had nothing to run"
    code = "" if execution.exit_code is None else f" (exit code {execution.exit_code})"
    return execution.outcome.value.replace("_", " ") + code

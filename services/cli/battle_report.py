"""A finished battle on the terminal."""

from rich.table import Table

from services.cli.output import plain, results
from services.domain.answer import SidePhase
from services.domain.execution import spoken_time
from services.domain.side import Side
from services.domain.visibility import BattleView, SideView


def print_battle(view: BattleView) -> None:
    """Who answered, what was extracted, what happened when it ran, who won according to whom."""
    console = results()
    table = Table(title=f"battle {view.id} · {view.state}", title_justify="left", show_header=True)
    table.add_column("")
    for side in Side:
        table.add_column(f"{side.upper()}  {view.sides[side].contender}", overflow="fold", ratio=1)
    for label, cell in (("answer", _answer), ("extracted", _extracted), ("outcome", _outcome), ("stdout", _stdout)):
        table.add_row(label, *[plain(cell(view.sides[side])) for side in Side])
    console.print(table, markup=False)
    for judgement in view.judgements:
        winner = judgement.winner or "null (not counted)"
        name = f" {view.sides[Side(winner)].contender}" if winner in set(Side) else ""
        line = f"  {judgement.source:10} {judgement.judge:10} seats {judgement.order.upper()}  {winner}{name}"
        console.print(f"{line}  {plain(judgement.reason)}".rstrip(), markup=False)
    if view.problem:
        console.print(f"  void: {view.problem.message} {view.problem.hint}", markup=False, style="red")


def _answer(side: SideView) -> str:
    answer = side.answer
    if side.phase is SidePhase.FAILED:
        return answer.problem.message if answer.problem else "failed"
    tokens = f", {answer.usage.completion_tokens} tokens" if answer.usage.completion_tokens else ""
    cut = ", cut" if answer.truncated else ""
    return f"{len(answer.text):,} characters{tokens}, {answer.wall_seconds or 0:.1f} s{cut}"


def _extracted(side: SideView) -> str:
    if side.snippet is None:
        return "-"
    files = ", ".join(file.path for file in side.snippet.files)
    return f"{files} ({side.snippet.reason})" if files else side.snippet.reason


def _outcome(side: SideView) -> str:
    run = side.execution
    if run is None:
        return "not run"
    how = f"exit {run.exit_code}" if run.exit_code is not None else f"signal {run.signal}"
    limit = f", limit {run.limit_hit}" if run.limit_hit else ""
    return f"{run.outcome}, {how}{limit}, {spoken_time(run.wall_seconds)}, {run.peak_memory_bytes / 2**20:.0f} MiB"


def _stdout(side: SideView) -> str:
    if side.execution is None:
        return ""
    text = (side.execution.stdout.preview or side.execution.stderr.preview).strip()
    return text if len(text) <= 400 else text[:400] + " …"

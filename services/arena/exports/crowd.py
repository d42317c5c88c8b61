"""Rows of crowd comparisons: `id,prompt,model_x,model_y,worker,winner,left,right`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.arena.exports.columns import Column, Row, RowTrouble, checked
from services.arena.exports.vote_rows import check_record
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.vote_record import VoteRecord

_WINNERS = {"left": Winner.A, "right": Winner.B, "tie": Winner.TIE}


def recognises(names: Sequence[str]) -> bool:
    """Whether a table with these columns is of this form; one without `worker` was judged by a program."""
    return {"id", "prompt", "winner", "left", "right"} <= set(names)


def crowd_record(row: Row, *, judge: str) -> VoteRecord:
    """The record of a row: `left` sits on side A. The form knows no time, so all votes are of 1970.

    Raises:
        RowTrouble: a value is missing or not one of the form's.
    """
    values = {
        name: str(checked(row.get(name), Column(name=name))).strip()
        for name in ("id", "prompt", "winner", "left", "right")
    }
    if values["winner"] not in _WINNERS:
        raise RowTrouble(f"winner: {values['winner'][:60]!r} is none of {', '.join(_WINNERS)}.")
    worker = str(row.get("worker") or "").strip()
    if "worker" in row and not worker:
        raise RowTrouble("worker is missing.")
    record = VoteRecord(
        id=f"{values['id']}-{worker}" if worker else values["id"],
        battle_id=values["id"],
        source=Source.HUMAN if worker else Source.LLM,
        judge="human" if worker else judge,
        order=SeatOrder.AB,
        contender_a=values["left"],
        contender_b=values["right"],
        winner=_WINNERS[values["winner"]],
        created_at=datetime.fromtimestamp(0, UTC),
        voter=f"worker-{worker}" if worker else "",
        prompt_key=f"prompt-{values['prompt']}",
        prompt_group=f"prompt-{values['prompt']}",
        policy="imported",
    )
    check_record(record)
    return record

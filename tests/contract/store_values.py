"""Battles with everything in them, for tests of the store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.domain.answer import Answer, SidePhase, Usage
from services.domain.battle import Battle, BattleState, Turn
from services.domain.direct_run import DirectRun, RunReport, RunState, SkippedFile, StageReport
from services.domain.execution import CapturedStream, Execution, ExecutionOutcome, StoredFile
from services.domain.interactions import InteractionRecord
from services.domain.judgement import Judgement, SeatOrder, Source, Winner
from services.domain.problem import Problem
from services.domain.rating import Board, Standing
from services.domain.side import Side
from services.domain.snippet import Snippet, SourceFile
from services.domain.vote import Vote
from services.domain.work import WorkItem, WorkKind
from services.store.unit_of_work import UnitOfWorkFactory

NOW = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def battle(**changes: Any) -> Battle:
    """A battle that is being judged, unless `changes` say otherwise."""
    values: dict[str, Any] = {
        "id": "battle-1",
        "state": BattleState.JUDGING,
        "contender_a": "ana",
        "contender_b": "ben",
        "policy": "uniform",
        "policy_version": "1",
        "pair_probability": 1 / 3,
        "judges": ("execution", "llm"),
        "created_at": NOW,
    }
    return Battle(**values | changes)


def turn(**changes: Any) -> Turn:
    values: dict[str, Any] = {
        "id": "turn-1",
        "battle_id": "battle-1",
        "index": 0,
        "prompt": "Écris «bonjour» 🌍",
        "created_at": NOW,
    }
    return Turn(**values | changes)


def answer(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "id": "answer-a",
        "battle_id": "battle-1",
        "turn_id": "turn-1",
        "side": Side.A,
        "contender": "ana",
        "phase": SidePhase.FAILED,
        "text": "```python\nprint('🌍')\n```",
        "finish_reason": "stop",
        "truncated": True,
        "usage": Usage(prompt_tokens=3, completion_tokens=None),
        "first_token_seconds": 0.25,
        "wall_seconds": 1.5,
        "problem": Problem(code="endpoint_error", message="It said 500.", hint="Ask again."),
    }
    return Answer(**values | changes)


def snippet(**changes: Any) -> Snippet:
    values: dict[str, Any] = {
        "id": "snippet-1",
        "answer_id": "answer-a",
        "environment": "python",
        "files": (SourceFile(path="main.py", text="print(1)\n"), SourceFile(path="data/ü.txt", text="")),
        "entry": "main.py",
        "dependencies": ("numpy",),
        "confidence": 0.97,
        "reason": "The block says python.",
    }
    return Snippet(**values | changes)


def execution(**changes: Any) -> Execution:
    values: dict[str, Any] = {
        "id": "execution-1",
        "battle_id": "battle-1",
        "answer_id": "answer-a",
        "snippet_id": "snippet-1",
        "environment": "python",
        "outcome": ExecutionOutcome.OUT_OF_MEMORY,
        "phase": "run",
        "exit_code": -1,
        "signal": 9,
        "limit_hit": "memory_bytes",
        "message": "It used all its memory.",
        "stdout": CapturedStream(preview="hi\n", digest="ab" * 32, total_bytes=2**40, truncated=True),
        "wall_seconds": 0.1,
        "cpu_seconds": 0.05,
        "peak_memory_bytes": 2**33,
        "files": (StoredFile(path="out.png", size_bytes=12, digest="cd" * 32),),
        "skipped_files": ("big.bin: too big",),
        "isolation": "container",
        "image_digest": "sha256:1",
        "environment_version": "3.13",
        "policy_version": "1",
    }
    return Execution(**values | changes)


def judgement(**changes: Any) -> Judgement:
    values: dict[str, Any] = {
        "id": "judgement-1",
        "battle_id": "battle-1",
        "turn_id": "turn-1",
        "source": Source.LLM,
        "judge": "small",
        "order": SeatOrder.BA,
        "winner": Winner.BOTH_BAD,
        "strength": 2,
        "reason": "Neither runs.",
        "raw": '{"label": "A=B"}',
        "prompt_hash": "ef" * 32,
        "usage": Usage(prompt_tokens=1000, completion_tokens=20),
        "wall_seconds": 6.1,
        "created_at": NOW,
    }
    return Judgement(**values | changes)


def vote(**changes: Any) -> Vote:
    values: dict[str, Any] = {
        "id": "vote-1",
        "battle_id": "battle-1",
        "choice": Winner.TIE,
        "voter": "session-1",
        "idempotency_key": "key-1",
        "created_at": NOW,
    }
    return Vote(**values | changes)


def board(**changes: Any) -> Board:
    row = Standing(
        contender="ana",
        score=1012.5,
        low=float("-inf"),
        high=1100.0,
        rank=1,
        rank_low=1,
        rank_high=2,
        judgements=4,
        wins=2,
        losses=1,
        ties=1,
        both_bad=0,
    )
    values: dict[str, Any] = {
        "source": Source.EXECUTION,
        "standings": (row,),
        "method": "bradley-terry",
        "seed": 2**62,
        "anchor": "",
        "data_hash": "01" * 32,
        "judgements": 4,
        "null_judgements": 1,
        "notes": ("A ridge prior was used.",),
        "computed_at": NOW,
    }
    return Board(**values | changes)


def work(**changes: Any) -> WorkItem:
    values: dict[str, Any] = {
        "id": "work-1",
        "kind": WorkKind.EXECUTE,
        "topic": "battle-1",
        "subject": "answer-a",
        "created_at": NOW,
    }
    return WorkItem(**values | changes)


def direct_run(**changes: Any) -> DirectRun:
    """A run that has ended, with everything in it."""
    stream = CapturedStream(preview="hi\n", digest="ab" * 32, total_bytes=2**40, truncated=True)
    stage = StageReport(
        phase="compile",
        outcome=ExecutionOutcome.COMPILE_FAILED,
        exit_code=1,
        limit_hit="memory_bytes",
        limit_source="runtime",
        wall_seconds=0.5,
        memory_method="cgroup_v2_peak",
        cached=True,
        stderr=stream,
    )
    report = RunReport(
        outcome=ExecutionOutcome.COMPILE_FAILED,
        phase="compile",
        exit_code=1,
        stdout=stream,
        stages=(stage,),
        displays=(StoredFile(path=".display/1.png", size_bytes=1, digest="cd" * 32),),
        artefacts=(StoredFile(path="ü.bin", size_bytes=2**33, digest="ef" * 32),),
        skipped=(SkippedFile(path="fifo", reason="fifo"),),
        isolation="namespace",
    )
    values: dict[str, Any] = {
        "id": "run-1",
        "batch_id": "batch-1",
        "position": 1,
        "state": RunState.ENDED,
        "environment": "c",
        "interactive": True,
        "program": "01" * 32,
        "request_hash": "23" * 32,
        "caller": "me",
        "idempotency_key": "key",
        "attempts": 2,
        "created_at": NOW,
        "started_at": at(1),
        "ended_at": at(2),
        "cancel_asked_at": at(1.5),
        "report": report,
        "problem": Problem(code="workers_lost", message="Gone.", hint="Look."),
    }
    return DirectRun(**values | changes)


def fill(factory: UnitOfWorkFactory) -> None:
    """Store `battle-1` with one turn and both answers."""
    with factory() as uow:
        uow.battles.add(battle())
        uow.battles.add_turn(turn())
        uow.answers.add(answer())
        uow.answers.add(answer(id="answer-b", side=Side.B, contender="ben", problem=None))
        uow.commit()


def record(**changes: Any) -> InteractionRecord:
    values: dict[str, Any] = {
        "id": "token",
        "subject": "answer-a",
        "events": 7,
        "seconds": 1.5,
        "digest": "d",
        "collected_at": NOW,
    }
    return InteractionRecord(**values | changes)

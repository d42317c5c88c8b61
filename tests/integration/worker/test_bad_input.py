"""Hostile answers and broken providers: every battle ends in a state that says what happened."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.domain.battle import BattleState
from services.domain.execution import ExecutionOutcome
from services.domain.judgement import Winner
from services.domain.side import Side
from services.domain.visibility import BattleView, SideView
from services.entrypoints.bootstrap import Assembly
from services.settings import Settings
from tests.fixtures.chat_endpoint import chat_endpoint, fails
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import PROMPT, arena, finished, play

pytestmark = [pytest.mark.engine, pytest.mark.redis, pytest.mark.timeout(300)]

GOOD = "good"
FORGED = """
import os, sys
claim = b'{"outcome": "succeeded", "exit_code": 0}'
for fd in range(0, 64):
    try:
        os.write(fd, claim)
    except OSError:
        pass
for path in ("/proc/1/fd/0", "/proc/1/fd/1", "/proc/1/fd/2"):
    try:
        open(path, "wb").write(claim)
    except OSError:
        pass
os._exit(3)
"""
PROGRAMS = {
    GOOD: "print('fine')",
    "endless": "while True: pass",
    "flood": "while True: print('x' * 10000)",
    "forks": "import os\nwhile True: os.fork()",
    "eats": "x = []\nwhile True: x.append(bytearray(10_000_000))",
    "forges": FORGED,
}
OUTCOMES = {
    "endless": {ExecutionOutcome.TIMED_OUT},
    "flood": {ExecutionOutcome.OUTPUT_LIMIT},
    "forks": {ExecutionOutcome.FAILED, ExecutionOutcome.TIMED_OUT, ExecutionOutcome.OUTPUT_LIMIT},
    "eats": {ExecutionOutcome.OUT_OF_MEMORY},
    "forges": {ExecutionOutcome.FAILED},
}


@pytest.fixture(scope="module")
def views() -> Iterator[dict[str, BattleView]]:
    """One battle of every bad contender against the good one, all played at once."""
    folder = Path(tempfile.mkdtemp(prefix="arena-bad-"))
    with chat_endpoint(*[fails(401, "wrong key")] * 4) as endpoint:
        write_models(folder, endpoint.api_base)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ARENA_DATA_DIR", str(folder / "data"))
            patch.setenv("ARENA_MODELS_FILE", str(folder / "models.yaml"))
            patch.setenv("ARENA_JUDGE", "none")
            patch.setenv("BAD_KEY", "not-the-key")
            settings = Settings(data_dir=folder / "data", models_file=folder / "models.yaml", judge="none")
            with arena(settings) as (assembly, _):
                yield play_all(assembly)
    shutil.rmtree(folder, ignore_errors=True)


def write_models(folder: Path, api_base: str) -> None:
    texts = {name: f"```python\n{program}\n```\n" for name, program in PROGRAMS.items()}
    texts |= {"wordy": "I would rather not write any code.", "huge": "```python\nprint(1)\n" + "# x\n" * 1_300_000}
    rows = [{"prompt": PROMPT, "model": name, "answer": text} for name, text in texts.items()]
    (folder / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    entries: dict[str, object] = {
        name: {"model": name, "api_type": "recorded", "answers": str(folder / "answers.jsonl")} for name in texts
    }
    for name, base in (("bad-key", api_base), ("nowhere", "http://127.0.0.1:9/v1")):
        endpoint = {"api_base": base, "api_key": "${BAD_KEY}"}
        entries[name] = {"model": name, "api_type": "openai", "endpoints": [endpoint]}
    (folder / "models.yaml").write_text(json.dumps(entries))


def play_all(assembly: Assembly) -> dict[str, BattleView]:
    names = [contender.name for contender in assembly.catalogue.contenders() if contender.name != GOOD]
    battles = {name: play(assembly, (GOOD, name)) for name in names}
    return {
        name: wait_for(f"{name} ends", lambda battle=battle: finished(assembly, battle), 200)  # type: ignore[misc]
        for name, battle in battles.items()
    }


def side_of(view: BattleView, name: str) -> SideView:
    return next(part for part in view.sides.values() if part.contender == name)


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_a_hostile_program_gets_its_true_outcome_and_loses(name: str, views: dict[str, BattleView]) -> None:
    view = views[name]
    execution = side_of(view, name).execution
    assert execution is not None
    assert execution.outcome in OUTCOMES[name], execution
    assert view.state is BattleState.COMPLETE
    [judgement] = view.judgements
    assert judgement.winner is not None
    assert view.sides[Side(judgement.winner)].contender == GOOD


def test_a_forged_result_changes_nothing(views: dict[str, BattleView]) -> None:
    execution = side_of(views["forges"], "forges").execution
    assert execution is not None
    assert (execution.outcome, execution.exit_code) == (ExecutionOutcome.FAILED, 3)


def test_an_answer_without_code_is_not_run_and_loses(views: dict[str, BattleView]) -> None:
    side = side_of(views["wordy"], "wordy")
    assert side.execution is None
    assert side.snippet is not None
    assert side.snippet.reason
    assert views["wordy"].state is BattleState.COMPLETE
    assert views["wordy"].judgements[0].winner in {Winner.A, Winner.B}


def test_an_answer_of_five_megabytes_is_cut_and_said_so(views: dict[str, BattleView]) -> None:
    side = side_of(views["huge"], "huge")
    assert side.answer.truncated
    assert len(side.answer.text) <= 1024 * 1024
    assert views["huge"].state is BattleState.COMPLETE


@pytest.mark.parametrize(("name", "code"), [("bad-key", "bad_key"), ("nowhere", "endpoint_unreachable")])
def test_a_broken_provider_voids_the_battle_and_keeps_the_other_side(
    name: str, code: str, views: dict[str, BattleView]
) -> None:
    view = views[name]
    assert view.state is BattleState.VOID
    assert view.problem is not None
    assert view.problem.code == code
    assert view.problem.hint
    assert "not-the-key" not in repr(view)
    good = side_of(view, GOOD)
    assert good.answer.text.startswith("```python")

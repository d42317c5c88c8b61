"""A follow-up through the real queue, workers and sandboxes: both answer again, each turn is run and judged."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.domain.battle import BattleState
from services.domain.side import Side
from services.settings import Settings
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import PROMPT, arena, finished, outputs, play, write_recordings

pytestmark = [pytest.mark.engine, pytest.mark.redis, pytest.mark.timeout(180)]
MORE = "Print it twice."


def program(*words: str) -> str:
    return "```python\n" + "".join(f"print({word!r})\n" for word in words) + "```\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="arena-turn-"))
    write_recordings(path, {name: program(name) for name in ("one", "two")})
    with (path / "answers.jsonl").open("a") as answers:
        for name in ("one", "two"):
            answers.write(json.dumps({"prompt": MORE, "model": name, "answer": program(name, name)}) + "\n")
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_a_second_turn_is_answered_run_and_judged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATA_DIR": folder / "data", "MODELS_FILE": folder / "models.yaml", "JUDGE": "none"}.items():
        monkeypatch.setenv(f"ARENA_{name}", str(value))
    with arena(Settings()) as (assembly, _):
        battle = play(assembly, ("one", "two"))
        view = wait_for("the first turn ends", lambda: finished(assembly, battle), 90)
        names = {side: battle.contender(side) for side in Side}
        assert outputs(view) == {side: f"{name}\n" for side, name in names.items()}
        assembly.services.turns.follow_up(battle.id, MORE)
        view = wait_for("the second turn ends", lambda: finished(assembly, battle), 90)
        assert view.state is BattleState.COMPLETE
        assert outputs(view) == {side: f"{name}\n{name}\n" for side, name in names.items()}
        assert [turn.prompt for turn in view.turns] == [PROMPT, MORE]
        assert len({judgement.turn_id for judgement in view.judgements}) == 2, "each turn has a judgement of its own"
        kinds = [logged.event.kind for logged in assembly.events.read(battle.id)]
        assert kinds.count("done") == 1, "the log begins anew with the turn"

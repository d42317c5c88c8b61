"""A side is stopped while its program runs in a real sandbox: it ends now, the other side goes on, nothing is left."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.domain.battle import BattleState
from services.domain.battle_mark import BattleMark
from services.domain.execution import ExecutionOutcome
from services.domain.side import Side
from services.settings import Settings
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import (
    arena,
    both_running,
    finished,
    outputs,
    play,
    runs_noted,
    write_recordings,
)

pytestmark = [pytest.mark.engine, pytest.mark.redis, pytest.mark.timeout(180)]
PROGRAM = "```python\nimport time\nprint('begin', flush=True)\ntime.sleep({seconds})\nprint('end')\n```\n"
NAMES = {"long": PROGRAM.format(seconds=60), "short": PROGRAM.format(seconds=5)}


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="arena-stop-"))
    write_recordings(path, NAMES)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_a_stopped_program_ends_now_and_the_battle_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATA_DIR": folder / "data", "MODELS_FILE": folder / "models.yaml", "JUDGE": "none"}.items():
        monkeypatch.setenv(f"ARENA_{name}", str(value))
    with arena(Settings()) as (assembly, _):
        battle = play(assembly, ("long", "short"))
        wait_for("both programs run", lambda: both_running(assembly, battle), 60)
        long = next(side for side in Side if battle.contender(side) == "long")
        asked = time.monotonic()
        assembly.services.stopping.stop(battle.id, long)
        view = wait_for("the battle ends", lambda: finished(assembly, battle), 30)
        print(f"\nfrom the stop to the end of the battle: {time.monotonic() - asked:.1f} s")
        assert view.state is BattleState.COMPLETE
        stopped, other = (view.sides[side].execution for side in (long, long.other))
        assert stopped is not None
        assert other is not None
        assert (stopped.outcome, other.outcome) == (ExecutionOutcome.CANCELLED, ExecutionOutcome.SUCCEEDED)
        assert outputs(view) == {long: "begin\n", long.other: "begin\nend\n"}
        with assembly.store() as uow:
            assert uow.battles.get(battle.id).marks == (BattleMark.STOPPED,)
        wait_for("no run is left", lambda: not runs_noted(assembly), 10)

"""`kill -9` of a worker child, of its parent and of the engine, in mid-execution: nothing lost, nothing doubled."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from sandboxes.recipes import image_for
from sandboxes.registry import Registry
from services.domain.battle import BattleState
from services.domain.side import Side
from services.entrypoints.bootstrap import Assembly
from services.settings import Settings
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import (
    alive,
    arena,
    both_running,
    execution_work,
    finished,
    outputs,
    play,
    programs_running,
    sandboxes,
    write_recordings,
)

pytestmark = [pytest.mark.engine, pytest.mark.redis, pytest.mark.timeout(180)]

NAMES = ("slow-one", "slow-two")
RECOVERY_SECONDS = 15.0
RUN_SECONDS = 4
PROGRAM = "```python\nimport time\nprint('begin', flush=True)\ntime.sleep({seconds})\nprint('end')\n```\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="arena-kill-"))
    write_recordings(path, dict.fromkeys(NAMES, PROGRAM.format(seconds=RUN_SECONDS)))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def settings_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ARENA_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("ARENA_MODELS_FILE", str(folder / "models.yaml"))
    monkeypatch.setenv("ARENA_JUDGE", "none")
    monkeypatch.delenv("ARENA_REDIS_URL", raising=False)
    monkeypatch.delenv("ARENA_DATABASE_URL", raising=False)
    return Settings(data_dir=folder / "data", models_file=folder / "models.yaml", judge="none")


@pytest.mark.parametrize("victim", ["child", "parent"])
def test_a_killed_worker_loses_nothing(victim: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = docker.from_env()
    with arena(settings_in(folder, monkeypatch)) as (assembly, supervisor):
        battle = play(assembly, NAMES)
        rows = wait_for("both programs run", lambda: both_running(assembly, battle), 60)
        before = {row.id: row.fence for row in rows}
        owners = {int(row.owner.rpartition(":")[2]) for row in rows}
        doomed = owners.pop() if victim == "child" else supervisor.pids["execution"]
        os.kill(doomed, signal.SIGKILL)
        killed_at = time.monotonic()

        def taken_up() -> bool:
            rows = execution_work(assembly, battle)
            return any(row.fence > before[row.id] for row in rows)

        wait_for("another worker took over", taken_up, RECOVERY_SECONDS)
        print(f"\nkill -9 {victim}: taken up again after {time.monotonic() - killed_at:.1f} s")
        view = wait_for("the battle ends", lambda: finished(assembly, battle), 60)
        assert view.state is BattleState.COMPLETE
        assert outputs(view) == dict.fromkeys(Side, "begin\nend\n")
        assert len(view.judgements) == 1
        assert not alive(doomed)
    wait_for("no sandbox is left", lambda: none_left(assembly, client), 30)


def none_left(assembly: Assembly, client: docker.DockerClient) -> bool:
    """What the living keep they have destroyed as they ended; what the dead kept is the reaper's."""
    assembly.runner.reap()
    return not sandboxes(client, assembly)


@pytest.fixture
def own_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator["OwnEngine"]:
    engine = OwnEngine(Path(tempfile.mkdtemp(prefix="arena-dk-")))
    try:
        engine.start()
        engine.take_images()
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        yield engine
    finally:
        engine.destroy()


class OwnEngine:
    """A second dockerd with its own folder, so that killing it hurts nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder}/d.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and again when it ends at once because the killed one has not let go of everything yet."""
        wait_for("the engine answers", self._up, 60)

    def _up(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            (self.folder / "pid").unlink(missing_ok=True)
            self._launch()
        return self._answers()

    def _launch(self) -> None:
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [
                "unshare",
                "--net",  # with --bridge=none in our namespace it would delete the real engine's bridge
                "dockerd",
                f"--data-root={self.folder}/root",
                f"--exec-root={self.folder}/exec",
                f"--pidfile={self.folder}/pid",
                f"--host={self.url}",
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--live-restore",
            ],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _answers(self) -> bool:
        try:
            return bool(docker.DockerClient(base_url=self.url, timeout=5).ping())
        except (docker.errors.DockerException, OSError):
            return False

    def take_images(self) -> None:
        """Copy the python image of this checkout from the machine's engine."""
        tag = image_for(Registry.load().get("python"))
        save = subprocess.Popen(["docker", "save", tag], stdout=subprocess.PIPE)
        environment = {**os.environ, "DOCKER_HOST": self.url}
        subprocess.run(["docker", "load", "-q"], stdin=save.stdout, env=environment, check=True, timeout=120)
        assert save.wait(timeout=10) == 0

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=10)

    def destroy(self) -> None:
        if self._process is not None and self._process.poll() is None:
            for container in docker.DockerClient(base_url=self.url).containers.list(all=True):
                container.remove(force=True)
            self._process.terminate()
            self._process.wait(timeout=30)
        for pid in programs_running(str(self.folder)):
            os.kill(pid, signal.SIGKILL)
        for line in Path("/proc/mounts").read_text().splitlines():
            target = line.split()[1]
            if target.startswith(str(self.folder)):
                subprocess.run(["umount", "-l", target], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.root
def test_a_killed_engine_loses_nothing(own_engine: OwnEngine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = docker.DockerClient(base_url=own_engine.url)
    with arena(settings_in(folder, monkeypatch)) as (assembly, _):
        battle = play(assembly, NAMES)
        rows = wait_for("both programs run", lambda: both_running(assembly, battle), 60)
        before = {row.id: row.fence for row in rows}
        own_engine.kill()
        own_engine.start()
        back_at = time.monotonic()

        def taken_up() -> bool:
            return all(row.fence > before[row.id] for row in execution_work(assembly, battle))

        wait_for("a worker took both up again", taken_up, RECOVERY_SECONDS)
        print(f"\nkill -9 dockerd: both taken up again {time.monotonic() - back_at:.1f} s after it was back")
        view = wait_for("the battle ends", lambda: finished(assembly, battle), 60)
        assert view.state is BattleState.COMPLETE
        assert outputs(view) == dict.fromkeys(Side, "begin\nend\n")
    wait_for("no sandbox is left", lambda: none_left(assembly, client), 30)

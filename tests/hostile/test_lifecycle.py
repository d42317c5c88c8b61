"""What is left when the worker, not the program, goes away."""

import threading
import time
from pathlib import Path

import pytest

from sandboxes.agent import frames
from sandboxes.backends.docker_engine import DockerEngine, make_job
from sandboxes.conversation import opening
from sandboxes.errors import BackendLost
from sandboxes.policy import Placement
from sandboxes.recipes import connect, image_for
from sandboxes.registry import Registry
from sandboxes.runner import OutputFrame
from sandboxes.spec import RunRequest
from tests.hostile.conftest import BOOT, TIGHT

pytestmark = pytest.mark.engine

SLEEPER = b"import time; print('up', flush=True); time.sleep(600)"


def sleeper(key: str) -> RunRequest:
    return RunRequest(key=key, environment="python", files={"main.py": SLEEPER}, entry="main.py", limits=TIGHT)


def wait_for_end(container: object, *, seconds: float) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        container.reload()  # type: ignore[attr-defined]
        if container.status == "exited":  # type: ignore[attr-defined]
            break
        time.sleep(0.1)
    return str(container.status)  # type: ignore[attr-defined]


@pytest.mark.parametrize("goodbye", ["hang-up", "silence"])
def test_an_agent_without_a_host_ends_by_itself(goodbye: str, hostile_engine: DockerEngine) -> None:
    """As after kill -9 of the worker (the socket closes) and of dockerd (nobody speaks any more)."""
    environment = Registry.load().get("python")
    client = connect()
    placement = Placement(
        slot=7, key=f"{BOOT}-{goodbye}", boot_id=BOOT, scope="lifecycle", deadline=time.time() + 60, oom_score_adj=0
    )
    request = sleeper(placement.key)
    with hostile_engine._sandbox(image_for(environment), TIGHT, placement) as (container, connection):
        job = make_job(request, environment, TIGHT, placement.uid)
        for frame in opening(job, request.files, b""):
            connection.sendall(frame)
        heard = b""
        while b"up\n" not in heard:
            heard += connection.recv(4096)
        if goodbye == "hang-up":
            connection.close()
        assert wait_for_end(client.containers.get(container), seconds=30) == "exited"
    client.close()


def test_reap_by_key_ends_a_run_and_the_runner_says_so(hostile_engine: DockerEngine) -> None:
    running = threading.Event()
    troubles: list[BackendLost] = []

    def work() -> None:
        def seen(_: OutputFrame) -> None:
            running.set()

        try:
            hostile_engine.run(sleeper(f"{BOOT}-reaped"), on_output=seen)
        except BackendLost as error:
            troubles.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    assert running.wait(60)
    assert hostile_engine.reap(keys=("somebody-else",)) == 0
    assert hostile_engine.reap(keys=(f"{BOOT}-reaped",)) == 1
    worker.join(30)
    assert len(troubles) == 1


def test_reap_without_keys_takes_what_is_overdue_only(tmp_path: Path) -> None:
    registry = Registry.load()
    image = image_for(registry.get("python"))
    engine = DockerEngine(registry=registry, state_dir=tmp_path, boot_id=BOOT)
    client = connect()
    ids = {
        name: engine._create(
            image,
            TIGHT,
            Placement(
                slot=8, key=f"{BOOT}-{name}", boot_id=BOOT, scope=f"reap-{BOOT}", deadline=deadline, oom_score_adj=0
            ),
        )
        for name, deadline in (("overdue", time.time() - 1), ("in-time", time.time() + 300))
    }
    engine.reap()
    left = {found.id for found in client.containers.list(all=True, filters={"label": f"runarena.scope=reap-{BOOT}"})}
    assert left == {ids["in-time"]}
    assert engine.reap(keys=(f"{BOOT}-in-time",)) == 1
    engine.close()
    client.close()


def test_the_next_run_destroys_whatever_is_overdue(tmp_path: Path) -> None:
    registry = Registry.load()
    engine = DockerEngine(registry=registry, state_dir=tmp_path, boot_id=BOOT)
    orphan = Placement(
        slot=8, key=f"{BOOT}-orphan", boot_id="gone", scope="elsewhere", deadline=time.time() - 1, oom_score_adj=0
    )
    engine._create(image_for(registry.get("python")), TIGHT, orphan)
    engine.run(
        RunRequest(key=f"{BOOT}-next", environment="python", files={"a.py": b"print(1)"}, entry="a.py", limits=TIGHT)
    )
    assert engine.reap(keys=(f"{BOOT}-orphan",)) == 0
    engine.close()


def test_an_earlier_attempt_with_the_same_key_is_destroyed_first(tmp_path: Path) -> None:
    registry = Registry.load()
    engine = DockerEngine(registry=registry, state_dir=tmp_path, boot_id=BOOT)
    placement = Placement(
        slot=9, key=f"{BOOT}-twice", boot_id=BOOT, scope="dup", deadline=time.time() + 300, oom_score_adj=0
    )
    old = engine._create(image_for(registry.get("python")), TIGHT, placement)
    result = engine.run(
        RunRequest(key=f"{BOOT}-twice", environment="python", files={"a.py": b"print(1)"}, entry="a.py", limits=TIGHT)
    )
    assert result.stdout.data == b"1\n"
    assert engine.reap(keys=(f"{BOOT}-twice",)) == 0, f"{old} is still there"
    engine.close()


def test_a_forged_frame_of_the_host_is_refused_by_size() -> None:
    with pytest.raises(frames.BadFrame):
        frames.Decoder().feed(frames.HEADER.pack(frames.STDOUT, frames.MAX_PAYLOAD + 1))

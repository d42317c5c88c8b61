"""What is left when the worker, not the program, goes away."""

import threading
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from sandboxes.agent import frames, privilege, zygote
from sandboxes.app_folder import AppFolders
from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_sandbox import DockerSandbox, Shape, Workshop
from sandboxes.conversation import opening
from sandboxes.errors import BackendLost
from sandboxes.ledger import Lifelines, RunLedger
from sandboxes.plan import make_job, make_plan
from sandboxes.recipes import connect, image_for
from sandboxes.registry import Registry
from sandboxes.runner import OutputFrame, RunControl
from sandboxes.slots import Slots
from sandboxes.spec import RunRequest
from tests.hostile.conftest import BOOT, TIGHT

pytestmark = pytest.mark.engine

SLEEPER = b"import time; print('up', flush=True); time.sleep(600)"


def sleeper(key: str) -> RunRequest:
    return RunRequest(key=key, environment="python", files={"main.py": SLEEPER}, entry="main.py", limits=TIGHT)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    client = connect()
    folders = AppFolders(tmp_path / "apps", Lifelines(tmp_path / "pools"), tmp_path / "records")
    return Workshop(lambda: client, boot_id=BOOT, scope="lifecycle", pool="lifecycle", runtime="", folders=folders)


def make(workshop: Workshop, folder: Path, isolation: str, *, deadline: float | None = None) -> DockerSandbox:
    uid = Slots(folder / "test-uids", 900, patience_seconds=1).acquire()
    image = image_for(Registry.load().get("python"))
    disk = (TIGHT.disk_bytes, TIGHT.inodes) if isolation == "container" else None
    until = time.time() + 60 if deadline is None else deadline
    return workshop.make(Shape(image=image, isolation=isolation, disk=disk), TIGHT, uid, deadline=until, monotonic=0.0)


def wait_for_end(container: object, *, seconds: float) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        container.reload()  # type: ignore[attr-defined]
        if container.status == "exited":  # type: ignore[attr-defined]
            break
        time.sleep(0.1)
    return str(container.status)  # type: ignore[attr-defined]


@pytest.mark.parametrize("goodbye", ["hang-up", "silence"])
def test_an_agent_without_a_host_ends_by_itself(goodbye: str, workshop: Workshop, level: str, tmp_path: Path) -> None:
    """As after kill -9 of the worker (the socket closes) and of dockerd (nobody speaks any more)."""
    environment = Registry.load().get("python")
    client = connect()
    request = sleeper(f"{BOOT}-{goodbye}")
    plan = make_plan(request, environment)
    sandbox = make(workshop, tmp_path, level)
    sandbox.await_ready()
    job = make_job(request, plan, uid=sandbox.placement.uid, preloads=False, peak_known=True)
    for frame in opening(job, request.files, b""):
        sandbox.link.send_some(memoryview(frame))
    heard: list[tuple[int, bytes]] = []
    while (frames.STDOUT, b"up\n") not in heard:
        heard += sandbox.link.receive()
    if goodbye == "hang-up":
        sandbox.close_link()
    ended = wait_for_end(client.containers.get(sandbox.id), seconds=30)
    workshop.destroy(sandbox)
    client.close()
    assert ended == "exited"


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


def test_reap_takes_what_is_overdue_or_has_no_owner_and_nothing_else(workshop: Workshop, tmp_path: Path) -> None:
    engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id=BOOT)
    scope = Slots(tmp_path / "slots", 1, patience_seconds=0).scope
    lifelines = Lifelines(tmp_path / "pools")
    lifeline = lifelines.hold("alive")
    client = connect()
    made = {}
    for name, owner, where, deadline in (
        ("overdue", "alive", scope, -1.0),
        ("in-time", "alive", scope, 300.0),
        ("orphan", "dead", scope, 300.0),
        ("strange", "unknown", f"other-{BOOT}", 300.0),
    ):
        folders = AppFolders(tmp_path / "apps", Lifelines(tmp_path / "pools"), tmp_path / "records")
        shop = Workshop(connect, boot_id=BOOT, scope=where, pool=owner, runtime="", folders=folders)
        made[name] = make(shop, tmp_path, "container", deadline=time.time() + deadline)
    # the steps of a build, and what somebody starts by hand, bear the labels of the image they come from
    image = client.images.get(made["strange"].shape.image)
    built = client.images.build(fileobj=BytesIO(f"FROM {image.id}".encode()), labels={"runarena.owner": "runarena"})[0]
    step = client.containers.create(built.id, entrypoint="sleep", command="60", network_disabled=True)
    step.start()
    engine.reap()
    left = {found.id for found in client.containers.list(all=True, filters={"label": f"runarena.boot={BOOT}"})}
    step.reload()
    running = step.status
    step.remove(force=True)
    client.images.remove(built.id, force=True)
    lifelines.release("alive", lifeline)
    assert {name for name, sandbox in made.items() if sandbox.id in left} == {"in-time", "strange"}
    assert running == "running"
    for sandbox in made.values():
        workshop.destroy(sandbox)
    engine.close()
    client.close()


def test_an_earlier_attempt_with_the_same_key_is_destroyed_first(workshop: Workshop, tmp_path: Path) -> None:
    engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id=BOOT)
    old = make(workshop, tmp_path, "container")
    RunLedger(tmp_path / "runs").record(f"{BOOT}-twice", old.id)
    result = engine.run(
        RunRequest(key=f"{BOOT}-twice", environment="python", files={"a.py": b"print(1)"}, entry="a.py", limits=TIGHT)
    )
    gone = not workshop.destroy(old)
    engine.close()
    assert (result.stdout.data, gone, engine.reap(keys=(f"{BOOT}-twice",))) == (b"1\n", True, 0)


def test_a_forged_frame_of_the_host_is_refused_by_size() -> None:
    with pytest.raises(frames.BadFrame):
        frames.Decoder().feed(frames.HEADER.pack(frames.STDOUT, frames.MAX_PAYLOAD + 1))


def status(pid: int) -> dict[str, str]:
    """What the kernel says of a process, as the host sees it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_agents_own_processes_hold_no_more_than_they_need(tmp_path: Path) -> None:
    """Supervisor, two zygotes, init, program: who may do what, and who has the channel to the host."""
    boot = f"{BOOT}-who"
    engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id=boot)
    client, up, control = connect(), threading.Event(), RunControl()
    request = replace(sleeper(boot), isolation="namespace")
    runner = threading.Thread(
        target=engine.run, args=(request,), kwargs={"on_output": lambda _: up.set(), "control": control}
    )
    runner.start()
    try:
        assert up.wait(60)
        [container] = client.containers.list(filters={"label": f"runarena.boot={boot}"})
        pids = sorted(int(row[1]) for row in container.top()["Processes"])
        found = {pid: status(pid) for pid in pids}
        first = int(container.attrs["State"]["Pid"])
        channel = {pid: Path(f"/proc/{pid}/fd/1").readlink() for pid in pids}
    finally:
        control.cancel()
        runner.join(30)
        engine.close()
        client.close()
    supervisor = found.pop(first)
    programs = [one for one in found.values() if one["NSpid"].split()[-1] != "1" and one["CapBnd"] == "0" * 16]
    [program] = programs
    others = [one for one in found.values() if one is not program]
    assert len(others) == 3
    assert {one["Uid"].split()[0] for one in (supervisor, program, *others)} == {program["Uid"].split()[0]} != {"0"}
    assert {one["NoNewPrivs"] for one in (supervisor, program, *others)} == {"1"}
    assert [supervisor[name] for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")] == ["0" * 16] * 4
    assert [program[name] for name in ("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd")] == ["0" * 16] * 5
    needed = sum(1 << number for number in zygote.CAPABILITIES)
    assert sorted(int(one["CapEff"], 16) for one in others) == [1 << privilege.SYS_ADMIN, needed, needed]
    # filters stack: the container's, and the program's own on top
    assert int(program["Seccomp_filters"]) == int(supervisor["Seccomp_filters"]) + 1
    assert [pid for pid, target in channel.items() if target == channel[first]] == [first]

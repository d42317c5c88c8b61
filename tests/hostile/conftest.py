"""One engine for all attacks, and a census of what they leave."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes import policy
from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.limits import MIB, Limits
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry
from sandboxes.result import RunResult
from sandboxes.spec import RunRequest

TIGHT = Limits(
    cpu_seconds=10,
    wall_seconds=60,
    memory_bytes=96 * MIB,
    pids=32,
    output_bytes=512 * 1024,
    file_bytes=32 * MIB,
    disk_bytes=32 * MIB,
    inodes=512,
)
BOOT = f"hostile-{uuid.uuid4().hex}"

LEVELS = (policy.NAMESPACE, policy.CONTAINER)

Attack = Callable[..., RunResult]


@pytest.fixture(scope="session")
def hostile_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    """An engine whose sandboxes all carry BOOT; none may be left at the end."""
    registry = Registry.load()
    build(None, registry, ("python",))
    engine = DockerEngine(registry=registry, state_dir=Path(tmp_path_factory.mktemp("slots")), boot_id=BOOT)
    yield engine
    engine.close()
    client = connect()
    left = client.containers.list(all=True, filters={"label": f"runarena.boot={BOOT}"})
    client.close()
    assert left == [], "the attacks left containers behind"


@pytest.fixture(scope="session", params=LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    """Every attack is made at every isolation level."""
    return str(request.param)


@pytest.fixture
def attack(hostile_engine: DockerEngine, level: str, request: pytest.FixtureRequest) -> Attack:
    """Run a hostile program under tight limits."""

    def run(code: str, **fields: object) -> RunResult:
        limits = replace(TIGHT, **fields.pop("limit", {}))  # type: ignore[arg-type]
        wanted = RunRequest(
            key=f"{BOOT}-{request.node.name}",
            environment="python",
            files={"main.py": code.encode()},
            entry="main.py",
            limits=limits,
            isolation=level,
        )
        result = hostile_engine.run(replace(wanted, **fields))  # type: ignore[arg-type]
        assert result.isolation == level
        return result

    return run

"""One conformance suite over every runner; what only a real sandbox can keep runs on the engine alone."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.scripted import ScriptedRunner
from sandboxes.hardening import hardening_table
from sandboxes.recipes import build
from sandboxes.registry import Registry
from sandboxes.result import Outcome, OutputStream, Phase, RunResult
from sandboxes.runner import OutputFrame, Runner
from sandboxes.selfcheck import PROGRAM_CHECKS, rule_check, self_check
from sandboxes.spec import RunRequest


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DockerEngine]:
    registry = Registry.load()
    build(None, registry, ("python",))
    found = DockerEngine(registry=registry, state_dir=tmp_path, boot_id="contract")
    yield found
    found.close()


def scripted() -> ScriptedRunner:
    stdout = OutputStream(data=b"hi", total_bytes=2)
    return ScriptedRunner(lambda _: RunResult(outcome=Outcome.SUCCEEDED, phase=Phase.RUN, stdout=stdout))


def failures(checks: tuple[object, ...]) -> list[object]:
    return [check for check in checks if not getattr(check, "passed", False)]


def test_scripted_keeps_the_rules() -> None:
    checks = rule_check(scripted())
    assert len(checks) >= 3
    assert failures(checks) == []


def test_scripted_plays_output_and_remembers() -> None:
    runner: Runner = scripted()
    seen: list[OutputFrame] = []
    request = RunRequest(key="k", environment="python", files={"a.py": b""}, entry="a.py")
    assert runner.run(request, on_output=seen.append).outcome is Outcome.SUCCEEDED
    assert seen == [OutputFrame(sequence=0, stream="stdout", data=b"hi")]


@pytest.mark.engine
def test_engine_keeps_the_rules(engine: DockerEngine) -> None:
    assert failures(rule_check(engine)) == []


@pytest.mark.engine
@pytest.mark.parametrize("isolation", ["namespace", "container"])
@pytest.mark.parametrize("name", PROGRAM_CHECKS)
def test_engine_conforms(name: str, isolation: str, engine: DockerEngine) -> None:
    checks = self_check(engine, only=(name,), prefix=uuid.uuid4().hex, isolation=isolation)
    assert [check.name for check in checks] == [name]
    assert failures(checks) == []


@pytest.mark.engine
@pytest.mark.parametrize("isolation", ["namespace", "container"])
def test_engine_hardening_flag_by_flag(isolation: str, engine: DockerEngine) -> None:
    table = hardening_table(engine, key=uuid.uuid4().hex, isolation=isolation)
    assert [row for row in table if not row.holds] == []

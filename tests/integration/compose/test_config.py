"""compose.yaml is read by the Compose that is installed, and gives each service only what it needs."""

import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.repository import ROOT

APPLICATION = {"api", "beat", "migrate", "worker-execution", "worker-generation", "worker-judgement", "worker-rating"}


def compose_command() -> list[str] | None:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    plugin = ["docker", "compose"]
    if (
        shutil.which("docker")
        and subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode == 0
    ):
        return plugin
    return None


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    command = compose_command()
    if command is None:
        if os.environ.get("CI"):
            pytest.fail("CI installs docker-compose, and it is not there")
        pytest.skip("no docker-compose is installed")
    no_settings = tmp_path_factory.mktemp("compose") / "empty.env"
    no_settings.touch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ARENA_", "COMPOSE_"))}
    done = subprocess.run(
        [*command, "--env-file", str(no_settings), "-f", "compose.yaml", "config"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read: dict[str, dict[str, Any]] = yaml.safe_load(done.stdout)["services"]
    return read


def test_every_service_is_there(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == APPLICATION | {"redis", "postgres"}


def test_every_lasting_service_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if not service.get("healthcheck")} == {"migrate"}


def test_only_the_execution_worker_reaches_the_engine(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if "docker.sock" in str(service)} == {"worker-execution"}


def test_only_the_api_is_published_and_only_on_loopback(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if service.get("ports")} == {"api"}
    assert "127.0.0.1" in str(services["api"]["ports"])


def test_only_the_callers_of_endpoints_have_a_way_out(services: dict[str, dict[str, Any]]) -> None:
    outside = {name for name, service in services.items() if "outside" in service["networks"]}
    assert outside == {"api", "worker-generation", "worker-judgement"}


def test_every_container_is_hardened(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert {name for name in APPLICATION if services[name].get("cap_add")} == set()

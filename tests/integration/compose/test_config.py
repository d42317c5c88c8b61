"""compose.yaml is read by the Compose that is installed, and gives each service only what it needs."""

import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.repository import ROOT

APPLICATION = {
    "api",
    "beat",
    "migrate",
    "preview",
    "worker-execution",
    "worker-generation",
    "worker-judgement",
    "worker-rating",
}
# ends at once; it may change the owner of one folder
SET_UP = {"sandbox-folder"}


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
    assert set(services) == APPLICATION | SET_UP | {"redis", "postgres"}


def test_every_lasting_service_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if not service.get("healthcheck")} == {"migrate"} | SET_UP


def test_only_the_execution_worker_reaches_the_engine(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if "docker.sock" in str(service)} == {"worker-execution"}


def test_only_the_api_and_the_preview_are_published_and_only_on_loopback(services: dict[str, dict[str, Any]]) -> None:
    published = {name: str(service["ports"]) for name, service in services.items() if service.get("ports")}
    assert set(published) == {"api", "preview"}
    assert all("127.0.0.1" in ports for ports in published.values())


def test_the_preview_shares_a_folder_with_the_execution_worker_and_nothing_else(
    services: dict[str, dict[str, Any]],
) -> None:
    (shared,) = services["preview"]["volumes"]
    assert shared in services["worker-execution"]["volumes"]
    assert [name for name, service in services.items() if shared in service.get("volumes", [])] == [
        "preview",
        "sandbox-folder",
        "worker-execution",
    ]
    assert not {"ARENA_DATABASE_URL", "ARENA_REDIS_URL"} & set(services["preview"]["environment"])


def test_only_the_callers_of_endpoints_have_a_way_out(services: dict[str, dict[str, Any]]) -> None:
    outside = {name for name, service in services.items() if "outside" in service.get("networks", [])}
    assert outside == {"api", "preview", "worker-generation", "worker-judgement"}


def test_every_container_is_hardened(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert {name for name in APPLICATION if services[name].get("cap_add")} == set()

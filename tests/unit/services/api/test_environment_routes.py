"""What the API tells about environments."""

from fastapi.testclient import TestClient


def test_every_environment_has_its_version_stages_and_packages(client: TestClient) -> None:
    answer = client.get("/api/v1/environments")
    assert answer.status_code == 200
    found = {environment["name"]: environment for environment in answer.json()["environments"]}
    assert {"python", "c", "java"} <= found.keys()
    python = found["python"]
    assert any(package.startswith("numpy==") for package in python["packages"])
    assert [stage["phase"] for stage in python["stages"]] == ["install", "run", "tests"]
    assert [stage["phase"] for stage in found["c"]["stages"]] == ["compile", "run", "tests"]
    assert python["stages"][1]["limits"]["memory_bytes"] == 536870912
    assert python["version"]

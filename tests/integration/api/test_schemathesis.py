"""The application keeps what its OpenAPI document says, whatever is sent."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from services.arena.programs import Program
from services.container import Services
from tests.fixtures.arena_services import finish_sides

Operation = APIOperation[Any, Any, Any, Any]
pytestmark = pytest.mark.redis
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


@pytest.fixture(scope="module")
def finished(app: FastAPI, services: Services) -> str:
    """A battle that is open to votes."""
    battle = TestClient(app).post("/api/v1/battles", json={"prompt": "x", "judges": []}).json()["id"]
    finish_sides(services, battle)
    return str(battle)


OPERATIONS = {
    "create_battle": 10,
    "read_battle": 3,
    "follow_battle": 4,
    "vote": 8,
    "read_board": 4,
    "read_environments": 1,
    "create_execution": 10,
    "create_batch": 6,
    "read_batch": 3,
    "read_execution": 3,
    "follow_execution": 4,
    "cancel_execution": 3,
    "write_stdin": 8,
    "download_stdout": 4,
    "download_stderr": 4,
    "download_artefact": 6,
    "show_battle_picture": 6,
    "show_execution_picture": 6,
    "read_interactions": 4,
    "repeat_battle": 2,
    "follow_up": 8,
    "retry": 3,
    "rematch": 3,
    "stop": 6,
    "run_side": 8,
    "describe_vote": 8,
    "list_slices": 4,
    "read_matrices": 8,
    "read_history": 3,
    "list_snapshots": 1,
    "read_snapshot": 4,
    "read_snapshot_votes": 4,
    "read_board_version": 2,
    "read_sampling": 1,
    "read_quality": 3,
    "read_audit": 1,
    "read_vote_quality": 2,
    "delete_me": 3,
    "healthz": 1,
    "readyz": 1,
    "metrics": 1,
}


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> dict[str, Operation]:
    """Every operation of the document that the application serves, by its id."""
    document = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    found = [result.ok() for result in document.get_all_operations() if isinstance(result, Ok)]
    return {operation.definition.raw["operationId"]: operation for operation in found}


def explore(operation: Operation, mode: GenerationMode, examples: int, place: dict[str, str] | None) -> int:
    """Send generated requests, to `place` if given, and check every answer; how many were sent."""
    sent = 0
    checks = CHECKS if place is None else [check for check in CHECKS if check is not negative_data_rejection]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case[Any]) -> None:
        nonlocal sent
        if place is not None:
            case.path_parameters = place
        case.call_and_validate(checks=checks)
        sent += 1

    send()
    return sent


def test_all_operations_are_explored(operations: dict[str, Operation]) -> None:
    assert set(operations) == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_keeps_its_word(name: str, operations: dict[str, Operation]) -> None:
    assert explore(operations[name], GenerationMode.POSITIVE, OPERATIONS[name], None) > 0


TAKES_NOTHING = {
    "read_environments",
    "list_snapshots",
    "read_sampling",
    "read_audit",
    "repeat_battle",
    "healthz",
    "readyz",
    "metrics",
}


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - TAKES_NOTHING))
def test_an_operation_refuses_what_it_does_not_take(name: str, operations: dict[str, Operation]) -> None:
    assert explore(operations[name], GenerationMode.NEGATIVE, OPERATIONS[name], None) > 0


@pytest.mark.parametrize(
    "name",
    [
        "read_battle",
        "follow_battle",
        "run_side",
        "stop",
        "retry",
        "vote",
        "describe_vote",
        "rematch",
        "read_interactions",
        "follow_up",
    ],
)
def test_an_operation_on_a_battle_that_exists(name: str, operations: dict[str, Operation], finished: str) -> None:
    place = {"battle_id": finished} | ({"side": "a"} if name == "run_side" else {})
    assert explore(operations[name], GenerationMode.POSITIVE, OPERATIONS[name], place) > 0


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "read_execution",
        "follow_execution",
        "write_stdin",
        "download_stdout",
        "download_artefact",
        "show_execution_picture",
        "cancel_execution",
    ],
)
def test_an_operation_on_an_execution_that_exists(
    name: str, ended: bool, operations: dict[str, Operation], services: Services
) -> None:
    program = Program(environment="python", files={"main.py": b""}, interactive=True)
    [run] = services.runs.submit(program).runs
    if ended:
        services.runs.cancel(run.id)
    place = {"execution_id": run.id}
    if name == "download_artefact":
        place["path"] = "a/b"
    if name == "show_execution_picture":
        place["name"] = "stable"
    try:
        assert explore(operations[name], GenerationMode.POSITIVE, OPERATIONS[name], place) > 0
    finally:
        services.runs.cancel(run.id)

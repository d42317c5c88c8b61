"""Executions over HTTP with everything behind them in memory: status codes, problems, keys, bounds, downloads."""

import base64
import json
from dataclasses import replace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from services.api.security import MAX_PROGRAM_BYTES
from services.arena.direct_runs import work_id
from services.container import Services
from services.domain.direct_run import DirectRun, RunReport, StageReport
from services.domain.execution import CapturedStream, ExecutionOutcome, StoredFile
from services.domain.run_events import OutputEvent, ending
from tests.fixtures.arena_services import Dispatcher

URL = "/api/v1/executions"
NOBODY = "0" * 32
HELLO: dict[str, Any] = {"environment": "python", "files": [{"path": "main.py", "text": "print(1)"}]}


def post(client: TestClient, body: Any = None, path: str = "", **options: Any) -> Any:
    return client.post(URL + path, json=HELLO if body is None else body, **options)


def started(client: TestClient, **changes: Any) -> str:
    answer = post(client, HELLO | changes)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def end(services: Services, run_id: str, **changes: Any) -> RunReport:
    """Play the worker."""
    report = RunReport(outcome=ExecutionOutcome.SUCCEEDED, phase="run", exit_code=0, **changes)
    with services.store() as uow:
        lease = uow.work.acquire(work_id(run_id), owner="w", now=services.clock.now())
        assert lease is not None
        uow.work.finish(lease)
        run = uow.runs.get_for_update(run_id).taken_up(now=services.clock.now())
        uow.runs.update(run.ended(report, now=services.clock.now()))
        uow.commit()
    services.events.append(run_id, ending(report))
    return report


def dispatcher(services: Services) -> Dispatcher:
    return cast("Dispatcher", services.dispatcher)


def test_it_is_accepted_sent_and_found_at_its_location(client: TestClient, services: Services) -> None:
    answer = post(client)
    found = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"{URL}/{found['id']}"
    assert client.get(answer.headers["location"]).json() == found
    assert (found["state"], found["result"], found["batch_id"]) == ("queued", None, None)
    assert dispatcher(services).sent == [work_id(found["id"])]


def test_waiting_answers_with_the_result_or_after_its_limit_with_where_to_look(
    client: TestClient, services: Services
) -> None:
    answer = post(client, path="?wait=true")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    dispatcher(services).send = lambda work: end(services, work.subject)  # type: ignore[method-assign]
    answer = post(client, path="?wait=true")
    assert answer.status_code == 201
    assert answer.json()["result"]["code"] == "OK"
    assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"


def test_a_result_says_everything_by_stage(client: TestClient, services: Services) -> None:
    run = started(client)
    stage = StageReport(
        phase="run",
        outcome=ExecutionOutcome.OUT_OF_MEMORY,
        signal=9,
        limit_hit="memory_bytes",
        limit_source="cgroup",
        memory_method="cgroup_v2_peak",
        stdout=CapturedStream(preview="x", total_bytes=1),
    )
    end(services, run, stages=(stage,), limit_hit="memory_bytes", isolation="namespace", image_digest="sha256:1")
    result = client.get(f"{URL}/{run}").json()["result"]
    assert (result["isolation"], result["image_digest"], result["limit_hit"]) == (
        "namespace",
        "sha256:1",
        "memory_bytes",
    )
    [told] = result["stages"]
    assert (told["outcome"], told["limit_source"], told["memory_method"]) == (
        "out_of_memory",
        "cgroup",
        "cgroup_v2_peak",
    )
    assert told["stdout"] == {"preview": "x", "total_bytes": 1, "truncated": False}


FILE = HELLO["files"][0]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"environment": "cobol"}, "body.environment"),
        ({"files": []}, "body.files"),
        ({"files": [{"path": "../x", "text": ""}]}, "body.files"),
        ({"files": [{"path": "a", "text": ""}, {"path": "a", "text": ""}]}, "body"),
        ({"files": [{"path": "a", "text": "", "base64": ""}]}, "body.files.0"),
        ({"files": [{"path": "a"}]}, "body.files.0"),
        ({"files": [{"path": "a", "base64": "?"}]}, "body.files.0.base64"),
        ({"files": [FILE] * 257}, "body.files"),
        ({"entry": "b.py"}, "body.entry"),
        ({"stdin": "a", "stdin_base64": "YQ=="}, "body"),
        ({"stdin_base64": 7}, "body.stdin_base64"),
        ({"args": ["a\u0000"]}, "body.args"),
        ({"env": {"lower": "x"}}, "body.env"),
        ({"limits": {"run": {"memory_bytes": 1}}}, "body.limits.run.memory_bytes"),
        ({"limits": {"run": {"wall_seconds": 1e9}}}, "body.limits.run.wall_seconds"),
        ({"limits": {"run": {"nonsense": 1}}}, "body.limits.run.nonsense"),
        ({"limits": {"compile": {"wall_seconds": 1}}}, "body.limits.compile"),
        ({"limits": {"install": {"wall_seconds": 1}}}, "body.limits.install"),
        ({"limits": {"run": {"wall_seconds": 900}}}, "body.limits"),
        ({"isolation": "none"}, "body.isolation"),
        ({"surprise": 1}, "body.surprise"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    changes: dict[str, Any], where: str, client: TestClient, services: Services
) -> None:
    answer = post(client, HELLO | changes)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["where"] for error in answer.json()["errors"]] == [where]
    assert dispatcher(services).sent == []
    assert client.get("/metrics").text.count("arena_work_items{") == 0


def test_a_batch_names_the_one_that_is_wrong(client: TestClient) -> None:
    answer = post(client, {"executions": [HELLO, HELLO | {"environment": "cobol"}]}, "/batch")
    assert [error["where"] for error in answer.json()["errors"]] == ["body.executions.1.environment"]


def test_a_batch_is_found_again_in_order_and_each_ends_by_itself(client: TestClient, services: Services) -> None:
    answer = post(
        client, {"executions": [HELLO, HELLO | {"environment": "c", "files": [{"path": "a.c", "text": ""}]}]}, "/batch"
    )
    assert answer.status_code == 202
    ids = [found["id"] for found in answer.json()["executions"]]
    end(services, ids[1])
    found = client.get(answer.headers["location"]).json()
    assert [run["id"] for run in found["executions"]] == ids
    assert [run["state"] for run in found["executions"]] == ["queued", "ended"]
    assert {run["batch_id"] for run in found["executions"]} == {found["id"]}
    assert client.get(f"{URL}/batch/{NOBODY}").status_code == 404


def test_the_same_key_and_request_is_one_execution_whoever_asks_again(client: TestClient, services: Services) -> None:
    headers = {"Idempotency-Key": "k", "X-Voter": "me"}
    first, second = post(client, headers=headers), post(client, headers=headers)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json() == second.json()
    assert len(dispatcher(services).sent) == 1
    other = post(client, HELLO | {"stdin": "x"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert post(client, {"executions": [HELLO]}, "/batch", headers=headers).status_code == 409
    assert post(client, headers=headers | {"X-Voter": "you"}).json()["id"] != first.json()["id"]
    assert post(client, headers={"Idempotency-Key": "with space"}).status_code == 422


def test_the_same_key_and_batch_is_one_batch(client: TestClient) -> None:
    body, headers = {"executions": [HELLO, HELLO]}, {"Idempotency-Key": "k"}
    first, second = post(client, body, "/batch", headers=headers), post(client, body, "/batch", headers=headers)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json() == second.json()


def test_a_full_queue_says_when_to_come_back_and_takes_no_part_of_a_batch(
    client: TestClient, services: Services
) -> None:
    ids = [started(client) for _ in range(6)]
    answer = post(client, {"executions": [HELLO] * 3}, "/batch")
    assert (answer.status_code, answer.json()["code"]) == (429, "queue_full")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert len(dispatcher(services).sent) == 6
    headers = {"Idempotency-Key": "k"}
    assert post(client, {"executions": [HELLO] * 2}, "/batch", headers=headers).status_code == 202
    assert post(client).status_code == 429
    assert post(client, {"executions": [HELLO] * 2}, "/batch", headers=headers).status_code == 200
    end(services, ids[0])
    assert post(client).status_code == 202


def test_a_queue_out_of_reach_accepts_nothing_and_keeps_nothing(client: TestClient, services: Services) -> None:
    dispatcher(services).broken = True
    headers = {"Idempotency-Key": "k"}
    assert post(client, headers=headers).status_code == 503
    assert post(client, {"executions": [HELLO] * 2}, "/batch").status_code == 503
    assert 'state="queued"' not in client.get("/metrics").text
    dispatcher(services).broken = False
    assert post(client, headers=headers).status_code == 202


def test_a_large_program_is_taken_and_a_larger_one_refused(client: TestClient) -> None:
    files = [{"path": "main.py", "base64": base64.b64encode(bytes(1024 * 1024)).decode()}]
    assert post(client, HELLO | {"files": files}).status_code == 202
    answer = client.post(URL, content=b"x" * (MAX_PROGRAM_BYTES + 1), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert client.post("/api/v1/battles", content=b"x" * 300_000).status_code == 413


def test_cancel_before_after_and_twice(client: TestClient, services: Services) -> None:
    run = started(client)
    first, second = post(client, {}, f"/{run}/cancel"), post(client, {}, f"/{run}/cancel")
    assert (first.status_code, first.json()["result"]["outcome"]) == (200, "cancelled")
    assert first.json() == second.json()
    other = started(client)
    end(services, other)
    late = post(client, {}, f"/{other}/cancel")
    assert (late.status_code, late.json()["result"]["outcome"]) == (200, "succeeded")
    assert post(client, {}, f"/{NOBODY}/cancel").status_code == 404


def test_input_reaches_only_who_takes_it(client: TestClient, services: Services) -> None:
    deaf, run = started(client), started(client, interactive=True)
    assert post(client, {"text": "a"}, f"/{deaf}/stdin").status_code == 409
    assert post(client, {"text": "\u00e9"}, f"/{run}/stdin").status_code == 202
    assert post(client, {"base64": "/w==", "close": True}, f"/{run}/stdin").status_code == 202
    assert post(client, {"text": "late"}, f"/{run}/stdin").status_code == 409
    sent = [message for _, message in services.runs.controls.sent]  # type: ignore[attr-defined]
    assert sent == [("input", "\u00e9".encode()), ("input", b"\xff"), ("close",)]
    for wrong in ({}, {"text": "a", "base64": ""}, {"base64": "?"}):
        assert post(client, wrong, f"/{run}/stdin").status_code == 422
    end(services, run)
    assert post(client, {"text": "a"}, f"/{run}/stdin").status_code == 409


def test_files_and_streams_are_safe_downloads(client: TestClient, services: Services) -> None:
    """hostile-artefact-names."""
    run = started(client)
    assert client.get(f"{URL}/{run}/stdout").status_code == 409
    page = services.blobs.put(b"<script>alert(1)</script>")
    files = ("plot.PNG", "dir/page.html", "a\nb\u00fc\"'.txt")
    end(
        services,
        run,
        artefacts=tuple(StoredFile(path=path, size_bytes=25, digest=page) for path in files),
        displays=(StoredFile(path=".display/001.svg", size_bytes=25, digest=page),),
        stdout=CapturedStream(preview="\ufffd", digest=services.blobs.put(b"\xff\x00"), total_bytes=2),
        stderr=CapturedStream(preview="plain", total_bytes=5),
        stages=(
            StageReport(
                phase="compile", outcome=ExecutionOutcome.SUCCEEDED, stderr=CapturedStream(preview="w", total_bytes=1)
            ),
        ),
    )
    kinds = {}
    for path in (*files, ".display/001.svg"):
        answer = client.get(f"{URL}/{run}/artefacts/{path.replace(chr(10), '%0A')}")
        assert answer.content == b"<script>alert(1)</script>"
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert answer.headers["x-content-type-options"] == "nosniff"
        kinds[path] = answer.headers["content-type"].partition(";")[0]
    assert list(kinds.values()) == ["image/png", "application/octet-stream", "text/plain", "application/octet-stream"]
    assert client.get(f"{URL}/{run}/stdout").content == b"\xff\x00"
    assert client.get(f"{URL}/{run}/stderr").content == b"plain"
    assert client.get(f"{URL}/{run}/stderr?phase=compile").content == b"w"
    assert client.get(f"{URL}/{run}/stderr?phase=tests").status_code == 404
    assert client.get(f"{URL}/{run}/artefacts/../../etc/passwd").status_code == 404
    assert client.get(f"{URL}/{run}/artefacts/other").status_code == 404
    assert 'route="/api/v1/executions/{execution_id}/artefacts/{path}",status="200"} 4.0' in client.get("/metrics").text


def follow(client: TestClient, run: str, **options: Any) -> list[dict[str, str]]:
    answer = client.get(f"{URL}/{run}/events", **options)
    assert answer.status_code == 200, answer.text
    blocks = [block for block in answer.text.split("\n\n") if "data: " in block]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


def test_events_resume_and_the_last_one_has_the_outcome(client: TestClient, services: Services) -> None:
    run = started(client)
    for number, text in enumerate("abc"):
        services.events.append(
            run,
            OutputEvent(
                attempt=1,
                sequence=number,
                stream="stdout",
                phase="run",
                at=services.clock.now(),
                text=f"{text}\n\nid: x",
            ),
        )
    end(services, run)
    events = follow(client, run)
    assert [event["event"] for event in events] == ["output"] * 3 + ["ended"]
    assert [json.loads(event["data"])["text"][0] for event in events[:3]] == ["a", "b", "c"]
    assert json.loads(events[-1]["data"])["outcome"] == "succeeded"
    assert follow(client, run, headers={"Last-Event-ID": events[1]["id"]}) == events[2:]
    assert client.get(f"{URL}/{run}/events", headers={"Last-Event-ID": "x"}).status_code == 422
    assert client.get(f"{URL}/{NOBODY}/events").status_code == 404


def test_a_log_that_is_gone_still_ends(client: TestClient, services: Services) -> None:
    run = started(client)
    post(client, {}, f"/{run}/cancel")
    services.events._logs.clear()  # type: ignore[attr-defined]
    [last] = follow(client, run)
    assert (last["event"], json.loads(last["data"])["outcome"]) == ("ended", "cancelled")


def test_metrics_tell_what_workers_told(client: TestClient, services: Services) -> None:
    services.figures.tell("host:1", {"hits": 3, "idle": 2, "idle_bytes": 7})
    text = client.get("/metrics").text
    assert 'arena_sandbox_pool_hits_total{worker="host:1"} 3.0' in text
    assert 'arena_sandbox_pool_idle{worker="host:1"} 2.0' in text
    assert "# TYPE arena_sandbox_pool_hits counter" in text or "# TYPE arena_sandbox_pool_hits_total counter" in text


def test_a_problem_is_told_with_its_result(client: TestClient, services: Services) -> None:
    run = started(client)
    with services.store() as uow:
        found: DirectRun = uow.runs.get(run)
        report = RunReport(outcome=ExecutionOutcome.INFRASTRUCTURE_ERROR, message="It lost its worker 3 times.")
        uow.runs.update(replace(found.ended(report, now=services.clock.now())))
        uow.commit()
    told = client.get(f"{URL}/{run}").json()
    assert (told["result"]["code"], told["result"]["message"]) == ("XX", "It lost its worker 3 times.")

"""Executions over real HTTP with real workers, sandboxes and Redis: promises kept when things go right and wrong."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from services.domain.direct_run import RunState
from services.domain.work import WorkState
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import alive, programs_running
from tests.integration.worker.served_arena import QUEUE, URL, Arena, here, program

__all__ = ["here"]
pytestmark = [pytest.mark.engine, pytest.mark.redis, pytest.mark.timeout(180)]


def test_wait_gives_the_whole_result_and_files_come_back_byte_for_byte(here: Arena) -> None:
    code = (
        "import sys\nprint(sys.argv[1:], input(), flush=True)\nsys.stdout.buffer.write(bytes(range(256)) * 100)\n"
        "open('out.bin', 'wb').write(bytes(range(256)))\nsys.exit(3)"
    )
    answer = here.client.post(f"{URL}?wait=true", json=program(code, stdin="in", args=["a"]))
    assert answer.status_code == 201, answer.text
    found = answer.json()
    result = found["result"]
    assert (result["outcome"], result["code"], result["exit_code"], result["phase"]) == ("failed", "RE", 3, "run")
    assert result["image_digest"].startswith("sha256:")
    assert result["stages"][0]["memory_method"]
    assert result["stages"][0]["peak_memory_bytes"] > 0
    out = here.client.get(f"{URL}/{found['id']}/stdout").content
    assert out == b"['a'] in\n" + bytes(range(256)) * 100
    assert result["stdout"]["total_bytes"] == len(out)
    assert here.client.get(f"{URL}/{found['id']}/artefacts/out.bin").content == bytes(range(256))


def test_stages_of_a_compiled_program_are_told_apart(here: Arena) -> None:
    files = [{"path": "main.c", "text": f'#include <stdio.h>\nint main(void) {{ puts("{time.time()}"); return 0; }}'}]
    body = {"environment": "c", "files": files, "limits": {"compile": {"wall_seconds": 20}, "run": {"pids": 8}}}
    first, second = (here.client.post(f"{URL}?wait=true", json=body).json()["result"] for _ in range(2))
    assert [stage["phase"] for stage in first["stages"]] == ["compile", "run"]
    assert [stage["cached"] for stage in first["stages"]] == [False, False]
    assert [stage["cached"] for stage in second["stages"]] == [True, False]
    broken = here.client.post(f"{URL}?wait=true", json=body | {"files": [{"path": "main.c", "text": "int main("}]})
    assert broken.json()["result"]["code"] == "CE"


def test_output_comes_while_the_program_runs_and_input_reaches_it(here: Arena) -> None:
    code = "import sys\nprint('up', flush=True)\nfor line in sys.stdin: print('got', line, end='', flush=True)"
    run = here.start(code, interactive=True)
    assert here.client.post(f"{URL}/{run}/stdin", json={"text": "early\n"}).status_code == 202
    here.running(run, "got early")
    assert here.get(run)["state"] == "running"
    here.client.post(f"{URL}/{run}/stdin", json={"text": "late\n"})
    here.running(run, "got late")
    assert here.client.post(f"{URL}/{run}/stdin", json={"close": True}).status_code == 202
    assert here.ended(run)["result"]["stdout"]["preview"] == "up\ngot early\ngot late\n"
    assert here.client.post(f"{URL}/{run}/stdin", json={"text": "x"}).status_code == 409


def test_more_input_than_the_program_reads_does_not_hold_a_cancel_up(here: Arena) -> None:
    """cancel-behind-unread-input."""
    run = here.start("print('up', flush=True)\nimport time; time.sleep(600)", interactive=True)
    here.running(run)
    for _ in range(12):
        assert here.client.post(f"{URL}/{run}/stdin", json={"text": "x" * 200_000}).status_code == 202
    here.client.post(f"{URL}/{run}/cancel")
    assert here.ended(run)["result"]["outcome"] == "cancelled"


def test_a_follower_who_comes_back_misses_and_repeats_nothing(here: Arena) -> None:
    run = here.start("import time\nfor n in range(8):\n print(n, flush=True)\n time.sleep(0.1)")
    seen: list[tuple[str, str]] = []
    while not seen or seen[-1][1] != "ended":
        headers = {"Last-Event-ID": seen[-1][0]} if seen else {}
        with here.client.stream("GET", f"{URL}/{run}/events", headers=headers) as stream:
            for number, fields in enumerate(_events(stream)):
                seen.append((fields["id"], fields["event"]))
                if number == 1:
                    break
    assert len({place for place, _ in seen}) == len(seen)
    assert seen[0][1] == "state"
    assert Counter(kind for _, kind in seen)["ended"] == 1


def _events(stream: httpx.Response) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        else:
            if "data" in fields:
                yield fields
            fields = {}


def test_cancel_while_it_waits_starts_runs_and_after_it(here: Arena) -> None:
    """cancel-in-every-phase."""
    marker = f"sleeper-{os.getpid()}-{time.time_ns()}"
    code = f"print('up', flush=True)\nimport time; time.sleep(600) # {marker}"
    # a variable of the interpreter's makes it start afresh, so that its command line can be seen from outside
    busy = [here.start(code, args=[marker], env={"PYTHONHASHSEED": "0"}) for _ in range(2)]
    for run in busy:
        here.running(run)
    waiting = here.start(code)
    answers = [here.client.post(f"{URL}/{waiting}/cancel") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert here.get(waiting)["attempts"] == 0
    assert len(programs_running(marker)) >= 2
    for run in busy:
        asked = time.monotonic()
        with ThreadPoolExecutor(3) as pool:  # several times at once
            told = list(pool.map(lambda path: here.client.post(path).status_code, [f"{URL}/{run}/cancel"] * 3))
        assert set(told) <= {200, 202}
        result = here.ended(run)["result"]
        print(f"\ncancelled: ended {1000 * (time.monotonic() - asked):.0f} ms after the request")
        assert (result["outcome"], result["stdout"]["preview"]) == ("cancelled", "up\n")
        before = here.get(run)
        assert here.client.post(f"{URL}/{run}/cancel").json() == before
    wait_for("the programs are dead", lambda: not programs_running(marker), 10)
    for pause in (0.0, 0.005, 0.01, 0.02, 0.03):
        run = here.start("print('hi')")
        # no wait for anything: the moment of the cancel is what is tried, from before the start to after the end
        time.sleep(pause)
        here.client.post(f"{URL}/{run}/cancel")
        assert here.ended(run)["result"]["outcome"] in {"cancelled", "succeeded"}
        kinds = [logged.event.kind for logged in here.assembly.services.events.read(run)]
        assert kinds.count("ended") == 1


@pytest.mark.parametrize("victim", ["child", "parent"])
def test_a_killed_worker_is_replaced_and_the_result_is_there_once(victim: str, here: Arena) -> None:
    """kill-worker-mid-execution."""
    run = here.start("import time\nprint('up', flush=True)\ntime.sleep(3)\nprint('end')", interactive=True)
    here.client.post(f"{URL}/{run}/stdin", json={"text": "again\n"})
    here.running(run)
    doomed = here.worker_of(run) if victim == "child" else here.supervisor.pids["execution"]
    os.kill(doomed, signal.SIGKILL)
    found = here.ended(run)
    assert (found["attempts"], found["result"]["outcome"]) == (2, "succeeded")
    assert found["result"]["stdout"]["preview"] == "up\nend\n"
    assert not alive(doomed)
    kinds = [logged.event.kind for logged in here.assembly.services.events.read(run)]
    assert (kinds.count("state"), kinds.count("ended")) == (2, 1)


def test_the_same_key_at_once_and_with_another_body(here: Arena) -> None:
    """same-key-at-once."""
    headers = {"Idempotency-Key": f"key-{time.time_ns()}"}
    barrier = threading.Barrier(8)

    def post(_: int) -> httpx.Response:
        barrier.wait(30)
        return here.client.post(URL, json=program("print('once')"), headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 200: 7}
    assert len({answer.json()["id"] for answer in answers}) == 1
    found = here.ended(answers[0].json()["id"])
    assert (found["attempts"], found["result"]["stdout"]["preview"]) == (1, "once\n")
    assert here.client.post(URL, json=program("print('other')"), headers=headers).status_code == 409


def test_ten_times_what_fits_is_refused_politely_and_the_accepted_run(here: Arena) -> None:
    """ten-times-capacity."""

    def post(number: int) -> httpx.Response:
        return here.client.post(URL, json=program(f"import time\ntime.sleep(0.5)\nprint({number})"))

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(post, range(10 * QUEUE)))
    counted = Counter(answer.status_code for answer in answers)
    assert set(counted) == {202, 429}
    assert counted[429] > QUEUE
    for answer in answers:
        if answer.status_code == 429:
            assert answer.json()["code"] == "queue_full"
            assert int(answer.headers["retry-after"]) >= 1
    accepted = {number: answer.json()["id"] for number, answer in enumerate(answers) if answer.status_code == 202}
    for number, run in accepted.items():
        found = here.ended(run)
        assert (found["attempts"], found["result"]["stdout"]["preview"]) == (1, f"{number}\n")


def test_without_redis_nothing_is_accepted_and_what_was_accepted_runs(here: Arena) -> None:
    """redis-down."""
    slow = here.start("import time\nprint('up', flush=True)\ntime.sleep(3)\nprint('end')")
    here.running(slow)
    other = here.start("import time\nprint('up', flush=True)\ntime.sleep(3)\nprint('end')")
    here.running(other)
    waiting = here.start("print('at last')")
    here.redis.stop()
    headers = {"Idempotency-Key": f"key-{time.time_ns()}"}
    try:
        refused = here.client.post(URL, json=program("print('later')"), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert here.client.post(f"{URL}?wait=true", json=program("print('later')")).status_code == 503
        assert here.client.get(f"{URL}/{slow}/events").status_code == 503
        assert here.client.get(f"{URL}/{slow}").status_code == 200
        assert here.client.get("/metrics").status_code == 200
        with here.assembly.store() as uow:
            assert uow.work.count_by_state()["execution", WorkState.QUEUED.value] == 1
        for run in (slow, other):
            assert here.ended(run)["result"]["stdout"]["preview"] == "up\nend\n"
    finally:
        here.redis.start()
    assert here.ended(waiting)["result"]["stdout"]["preview"] == "at last\n"
    again = here.client.post(f"{URL}?wait=true", json=program("print('later')"), headers=headers)
    assert again.json()["result"]["outcome"] == "succeeded", again.text
    assert {here.assembly.services.runs.get(run).state for run in (slow, other, waiting)} == {RunState.ENDED}


def test_a_batch_gives_each_its_own_result(here: Arena) -> None:
    bodies = [program("print(1)"), program("raise SystemExit(2)"), program("import os; os.kill(os.getpid(), 9)")]
    answer = here.client.post(f"{URL}/batch", json={"executions": bodies})
    assert answer.status_code == 202
    for found in answer.json()["executions"]:
        here.ended(found["id"])
    found = here.client.get(answer.headers["location"]).json()["executions"]
    assert [run["result"]["code"] for run in found] == ["OK", "RE", "SG"]


def test_workers_tell_their_pools_to_metrics(here: Arena) -> None:
    here.client.post(f"{URL}?wait=true", json=program("print(1)"))

    def told() -> bool:
        lines = here.client.get("/metrics").text.splitlines()
        return sum(float(line.split()[1]) for line in lines if line.startswith("arena_sandbox_pool_hits_total{")) > 0

    wait_for("the figures arrive", told, 30)

"""`arena sandbox run --server` against a real arena: the same words and exit codes as without it."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.domain.work import WorkState
from tests.fixtures.waiting import wait_for
from tests.integration.worker.served_arena import Arena, here

__all__ = ["here"]
pytestmark = [pytest.mark.engine, pytest.mark.redis, pytest.mark.timeout(180)]


def arena_command(here: Arena, *words: str, **options: Any) -> "subprocess.Popen[bytes]":
    """`arena sandbox run ... --server`, as a user types it."""
    argv = [sys.executable, "-m", "services.cli.main", "sandbox", "run", *words, "--server", str(here.client.base_url)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nprint('out'); print('err', file=sys.stderr); open('left', 'w').write('x'); sys.exit(3)",
        "import os\nos.write(1, b'\\xff\\x00\\xc3'); os.write(2, b'e' * 40_000)",
    ],
)
def test_the_command_line_says_the_same_here_and_there(code: str, here: Arena, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(code)
    program_file = str(tmp_path / "main.py")
    there = arena_command(here, program_file, "--json")
    found, _ = there.communicate(timeout=90)
    argv = [sys.executable, "-m", "services.cli.main", "sandbox", "run", program_file, "--json"]
    direct = subprocess.run(argv, capture_output=True, timeout=90, check=False)
    assert there.returncode == direct.returncode == 0
    documents = [json.loads(text)["data"] for text in (found, direct.stdout)]
    for document in documents:
        for part in (document, *document["stages"]):
            for measured in ("wall_seconds", "cpu_seconds", "peak_memory_bytes"):
                assert part.pop(measured) > 0
    assert documents[0] == documents[1]
    assert list(documents[0]) == list(documents[1])
    live = arena_command(here, program_file)
    out, _ = live.communicate(timeout=90)
    plain = subprocess.run(argv[:-1], capture_output=True, timeout=90, check=False)
    assert (out, live.returncode) == (plain.stdout, 0)


def test_the_command_line_shows_output_live_and_an_interrupt_cancels(here: Arena, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print('up', flush=True)\nimport time; time.sleep(600)")
    command = arena_command(here, str(tmp_path / "main.py"), "--timeout", "120")
    assert command.stdout is not None
    assert command.stdout.readline() == b"up\n"
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=60)
    assert command.returncode == 130

    def none_runs() -> bool:
        with here.assembly.store() as uow:
            return not uow.work.count_by_state().get(("execution", WorkState.RUNNING.value))

    wait_for("the program is dead", none_runs, 30)


def test_the_command_line_passes_its_input_on(here: Arena, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "print('up', flush=True)\nfor line in __import__('sys').stdin: print('got', line, end='', flush=True)"
    )
    command = arena_command(here, str(tmp_path / "main.py"), "--interactive", stdin=subprocess.PIPE)
    assert command.stdout is not None
    assert command.stdin is not None
    assert command.stdout.readline() == b"up\n"
    command.stdin.write(b"one\n")
    command.stdin.flush()
    assert command.stdout.readline() == b"got one\n"
    out, _ = command.communicate(b"two\n", timeout=60)
    assert out == b"got two\n"
    assert command.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--environment", "cobol"], 2, "cobol"),
        (["--memory", "999999999999"], 2, "memory_bytes"),
        (["--server", "http://127.0.0.1:1"], 6, "does not answer"),
        (["--server", "nonsense"], 2, "not an address"),
    ],
)
def test_the_command_line_says_what_is_wrong(
    words: list[str], code: int, says: str, here: Arena, tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text("print(1)")
    server = [] if "--server" in words else ["--server", str(here.client.base_url)]
    argv = [sys.executable, "-m", "services.cli.main", "sandbox", "run", str(tmp_path / "main.py"), *words, *server]
    done = subprocess.run(argv, capture_output=True, timeout=60, check=False)
    assert (done.returncode, says in done.stderr.decode()) == (code, True), done.stderr

"""Every hostile program ends as the catalogue says."""

import pytest

from sandboxes.result import RunResult
from tests.hostile.catalogue import PROGRAMS, Program
from tests.hostile.conftest import TIGHT, Attack

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.id for program in PROGRAMS])
def test_program_ends_as_it_must(program: Program, attack: Attack) -> None:
    result = attack(program.code, stdin=program.stdin, limit=program.limit)
    seen = (result.outcome, result.limit_hit)
    assert seen == (program.outcome, program.limit_hit), (seen, result.stderr.data[-500:], result.exit_code)
    if program.signal != 9 or program.outcome.value == "signalled":
        expected = program.exit_code if result.limit_hit != "output_bytes" else result.exit_code
        assert (result.exit_code, result.signal) == (expected, program.signal or result.signal)
    assert program.says.encode() in result.stdout.data
    assert_bounded(result)
    if program.artefacts is not None:
        assert {found.path for found in result.artefacts} == program.artefacts
    if program.skipped is not None:
        assert {found.path: found.reason for found in result.skipped} == program.skipped


def assert_bounded(result: RunResult) -> None:
    """What reaches the worker stays within the limits, and says what is missing."""
    kept = len(result.stdout.data) + len(result.stderr.data)
    assert kept <= TIGHT.output_bytes
    for stream in (result.stdout, result.stderr):
        assert stream.truncated == (stream.total_bytes > len(stream.data))


@pytest.mark.parametrize("number", [1, 2], ids=["leave-something-1", "leave-something-2"])
def test_nothing_is_left_for_the_next(number: int, attack: Attack) -> None:
    code = (
        "import os\n"
        "for d in ('/tmp', '/dev/shm', '/sandbox', '/dev/mqueue'):\n"
        " print(os.path.exists(d + '/left'))\n"
        " try: open(d + '/left', 'w').close()\n"
        " except OSError: pass\n"
        "print(sorted(p for p in os.listdir('/proc') if p.isdigit()) == sorted({'1', str(os.getpid())}, key=str))\n"
    )
    assert attack(code).stdout.data == b"False\nFalse\nFalse\nFalse\nTrue\n"


def test_output_flood_still_keeps_the_first_bytes(attack: Attack) -> None:
    result = attack("print('first', flush=True)\nwhile True: print('x' * 1000)")
    assert result.stdout.data.startswith(b"first\n")
    assert len(result.stdout.data) + len(result.stderr.data) == TIGHT.output_bytes


def test_cpu_time_is_the_sum_over_processes(attack: Attack) -> None:
    code = "import os\nfor n in range(3):\n if os.fork() == 0: break\nwhile True: pass"
    result = attack(code, limit={"cpu_seconds": 0.5, "wall_seconds": 80})
    assert (result.limit_hit, len(result.stages)) == ("cpu_seconds", 1)
    assert 0.5 <= result.cpu_seconds < 2.0

"""What a run gives beside its output: stages, displays, interactive input, cancellation, memory verdicts, the pool."""

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.errors import InvalidRun
from sandboxes.limits import MIB, Limits
from sandboxes.recipes import build
from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.runner import OutputFrame, RunControl
from sandboxes.spec import RunRequest
from tests.fixtures.waiting import wait_for

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
LEVELS = ("namespace", "container")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    registry = Registry.load()
    build(None, registry, ("python", "c", "java", "javascript"))
    found = DockerEngine(registry=registry, state_dir=tmp_path_factory.mktemp("state"), boot_id="runs", slots=4)
    yield found
    found.close()


def request(environment: str, files: dict[str, str], **fields: object) -> RunRequest:
    wanted = RunRequest(
        key=uuid.uuid4().hex,
        environment=environment,
        files={path: text.encode() for path, text in files.items()},
        entry=next(iter(files)),
    )
    return replace(wanted, **fields)  # type: ignore[arg-type]


def python(engine: DockerEngine, code: str, **fields: object) -> RunResult:
    return engine.run(request("python", {"main.py": code}, **fields))


def phases(result: RunResult) -> list[tuple[Phase, Outcome]]:
    return [(stage.phase, stage.outcome) for stage in result.stages]


def test_figures_and_the_last_value_are_shown_and_printed_nowhere(engine: DockerEngine) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.plot([3])\nplt.show()\n[1, 'two']"
    result = python(engine, code)
    assert (result.outcome, result.stdout.data, result.stderr.data) == (Outcome.SUCCEEDED, b"", b"")
    assert [shown.path for shown in result.displays] == [
        ".display/001-figure.png",
        ".display/002-figure.png",
        ".display/003-value.txt",
    ]
    assert result.displays[0].data.startswith(b"\x89PNG")
    assert result.displays[2].data == b"[1, 'two']"
    assert result.artefacts == ()


@pytest.mark.parametrize("code", ["def f(): pass\nf()", "'''Only a docstring.'''", "x = 1", "print('y')"])
def test_nothing_is_shown_where_nothing_has_a_value(code: str, engine: DockerEngine) -> None:
    assert python(engine, code).displays == ()


def test_a_value_that_cannot_be_shown_harms_nobody(engine: DockerEngine) -> None:
    code = "class Odd:\n def __repr__(self): raise SystemExit(9)\n _repr_html_ = __repr__\nprint('ran')\nOdd()"
    result = python(engine, code)
    assert (result.outcome, result.stdout.data, result.displays) == (Outcome.SUCCEEDED, b"ran\n", ())


@pytest.mark.parametrize("env", [{}, {"PYTHONHASHSEED": "0"}], ids=["warm", "cold"])
def test_a_traceback_has_the_programs_lines_only(env: dict[str, str], engine: DockerEngine) -> None:
    result = python(engine, "def f():\n    return 1 / 0\n\nf()\n", env=env)
    lines = result.stderr.data.decode().splitlines()
    assert (result.exit_code, lines[0], lines[-1]) == (
        1,
        "Traceback (most recent call last):",
        "ZeroDivisionError: division by zero",
    )
    places = [line.strip() for line in lines if line.startswith("  File")]
    assert places == ['File "/sandbox/main.py", line 4, in <module>', 'File "/sandbox/main.py", line 2, in f']


PLAIN = {
    "arguments": "import sys; print(sys.argv, __name__, __file__, sys.path[0])",
    "exit-text": "import sys; sys.exit('bad')",
    "exit-code": "raise SystemExit(300)",
    "syntax": "x = (\n",
    "hooks": "import sys\nsys.excepthook = lambda *a: print('hook', a[0].__name__)\n1/0",
    "chained": "try:\n    1/0\nexcept ZeroDivisionError:\n    int('x')",
    "at-exit": "import atexit\nclass A:\n    def __del__(self): print('del')\na = A()\natexit.register(print, 'exit')",
    "threads": "import threading, time\nthreading.Thread(target=lambda: (time.sleep(.05), print('late'))).start()",
    "thread-error": "import threading\nt = threading.Thread(target=lambda: 1/0)\nt.start(); t.join()\nprint('on')",
    "pickle": "import pickle\nclass P: x = 1\nprint(type(pickle.loads(pickle.dumps(P()))).__module__)",
    "source": "import inspect\ndef f():\n    return 1\nprint(inspect.getsource(f))",
    "spawn": "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n"
    "    with m.get_context('spawn').Pool(2) as p: print(p.map(f, [1, 2]))",
    "fork": "import os\npid = os.fork()\nif pid == 0:\n    print('child')\nelse:\n    os.wait(); print('parent')",
    "streams": "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors, sys.stdin.isatty())",
    "input": "print(input() + '!')",
    "closed": "import sys; sys.stdout.close()",
    "future": "from __future__ import annotations\ndef f(x: undefined): pass\nf.__annotations__",
    "warning": "import warnings; warnings.warn('careful')",
    "signals": "import signal; print(signal.getsignal(2), signal.getsignal(13))",
    "modules": "import sys; print('sandboxes' in sys.modules, sys.modules['__main__'].__file__)",
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_program_does_the_same_as_under_plain_python(name: str, engine: DockerEngine) -> None:
    """The same text by `python3 FILE` in a child process of a sandbox, and by the environment, preloaded."""
    wrapper = (
        "import os, subprocess, sys\n"
        "done = subprocess.run(['python3', '/sandbox/main.py', 'a', 'b c'], capture_output=True, input=b'in\\n')\n"
        "os.write(1, done.stdout); os.write(2, done.stderr); os._exit(done.returncode & 255)\n"
    )
    plain = engine.run(request("python", {"wrapper.py": wrapper, "main.py": PLAIN[name]}))
    ours = python(engine, PLAIN[name], args=("a", "b c"), stdin=b"in\n")
    told = plain.stdout.data.replace(b"'/sandbox/main.py', 'a'", b"'main.py', 'a'")
    assert (ours.stdout.data, ours.stderr.data, ours.exit_code) == (told, plain.stderr.data, plain.exit_code)


def test_a_file_that_shadows_a_preloaded_module_is_the_programs(engine: DockerEngine) -> None:
    result = engine.run(request("python", {"main.py": "import random; print(random.mine)", "random.py": "mine = 1"}))
    assert result.stdout.data == b"1\n", result.stderr


def test_random_numbers_differ_from_run_to_run(engine: DockerEngine) -> None:
    code = "import random, numpy, uuid; print(random.random(), numpy.random.rand(), uuid.uuid4())"
    said = [python(engine, code).stdout.data.split() for _ in range(3)]
    assert all(len(set(column)) == 3 for column in zip(*said, strict=True))


@pytest.mark.parametrize("level", LEVELS)
def test_input_reaches_a_running_program(level: str, engine: DockerEngine) -> None:
    control, seen = RunControl(), threading.Event()
    code = "import sys\nprint('name?', flush=True)\nname = input()\nprint('hi', name, sys.stdin.read())"

    def on_output(frame: OutputFrame) -> None:
        if b"name?" in frame.data and not seen.is_set():
            seen.set()
            control.send_stdin(b"Ada\n")
            control.send_stdin(b"x" * 200_000)
            control.close_stdin()

    wanted = request("python", {"main.py": code}, interactive=True, isolation=level)
    result = engine.run(wanted, on_output=on_output, control=control)
    assert seen.is_set()
    assert result.stdout.data == b"name?\nhi Ada " + b"x" * 200_000 + b"\n"


@pytest.mark.parametrize("level", LEVELS)
def test_a_run_that_is_cancelled_ends_within_a_second(level: str, engine: DockerEngine) -> None:
    control, marks = RunControl(), [0.0]
    code = "import time, signal\nsignal.signal(15, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(600)"

    def on_output(_: OutputFrame) -> None:
        marks[0] = time.monotonic()
        control.cancel()
        control.cancel()

    wanted = request("python", {"main.py": code}, isolation=level)
    result = engine.run(wanted, on_output=on_output, control=control)
    assert (result.outcome, result.stdout.data) == (Outcome.CANCELLED, b"up\n")
    assert time.monotonic() - marks[0] < 3


def test_a_run_that_is_cancelled_before_it_begins_never_begins(engine: DockerEngine) -> None:
    control = RunControl()
    control.cancel()
    result = engine.run(request("python", {"main.py": "print(1)"}), control=control)
    assert (result.outcome, result.stages) == (Outcome.CANCELLED, ())


def test_a_run_that_waits_for_a_slot_can_be_cancelled(engine: DockerEngine) -> None:
    code = "import time; print('up', flush=True); time.sleep(60)"
    controls, results = [RunControl() for _ in range(6)], []
    up = threading.Semaphore(0)

    def work(control: RunControl) -> None:
        wanted = request("python", {"main.py": code}, limits=Limits(wall_seconds=60, cpu_seconds=10))
        results.append(engine.run(wanted, on_output=lambda _: up.release(), control=control))

    workers = [threading.Thread(target=work, args=(control,)) for control in controls]
    for worker in workers:
        worker.start()
    for _ in range(4):
        assert up.acquire(timeout=60)
    for control in controls:
        control.cancel()
    for worker in workers:
        worker.join(30)
    assert [result.outcome for result in results] == [Outcome.CANCELLED] * 6
    assert sorted(len(result.stages) for result in results) == [0, 0, 1, 1, 1, 1]


def test_stages_have_limits_and_output_of_their_own(engine: DockerEngine) -> None:
    main = '#include <stdio.h>\n#warning careful\nint main(void) { puts("ran"); return 0; }'
    result = engine.run(request("c", {"main.c": main, "test_x.c": "int main(void) { return 3; }"}))
    assert phases(result) == [
        (Phase.COMPILE, Outcome.SUCCEEDED),
        (Phase.RUN, Outcome.SUCCEEDED),
        (Phase.TESTS, Outcome.FAILED),
    ]
    compiled, ran, tested = result.stages
    assert b"careful" in compiled.stderr.data
    assert b"careful" not in result.stderr.data
    assert (ran.stdout.data, tested.exit_code, result.phase) == (b"ran\n", 1, Phase.TESTS)
    assert result.stdout.data == ran.stdout.data + tested.stdout.data


def test_a_compiler_without_end_hits_its_own_limit(engine: DockerEngine) -> None:
    code = "#define A(x) x x x x x x x x\n#define B(x) A(A(A(A(x))))\nint main(void) { B(B(B(1;))) }"
    limits = {Phase.COMPILE: Limits(cpu_seconds=1, wall_seconds=20)}
    result = engine.run(request("c", {"main.c": code}, stage_limits=limits))
    assert (result.phase, result.outcome) in {
        (Phase.COMPILE, Outcome.TIMED_OUT),
        (Phase.COMPILE, Outcome.OUT_OF_MEMORY),
    }


def test_the_same_text_is_compiled_once(engine: DockerEngine) -> None:
    text = f'#include <stdio.h>\nint main(void) {{ puts("{uuid.uuid4().hex}"); return 0; }}'
    first, second = (engine.run(request("c", {"main.c": text})) for _ in range(2))
    assert [stage.cached for stage in first.stages] == [False, False]
    assert [stage.cached for stage in second.stages] == [True, False]
    assert first.stdout.data == second.stdout.data
    other = engine.run(request("c", {"main.c": text + "\n"}))
    assert other.stages[0].cached is False


FULL = {
    "python": ("main.py", "x = []\nwhile True: x.append(bytes(1 << 20))"),
    "c": (
        "main.c",
        "#include <stdlib.h>\n#include <string.h>\nint main(void) { for (;;) memset(malloc(9999), 1, 9999); }",
    ),
    "java": (
        "Main.java",
        (
            "import java.util.*;\npublic class Main { public static void main(String[] a) {"
            " List<byte[]> x = new ArrayList<>(); while (true) { byte[] b = new byte[1 << 20];"
            " Arrays.fill(b, (byte) 1); x.add(b); } } }"
        ),
    ),
    "javascript": ("main.js", "const x = [];\nfor (;;) x.push(Buffer.alloc(1 << 22, 1));"),
}


@pytest.mark.parametrize("environment", FULL)
def test_a_full_memory_is_one_outcome_in_every_language(environment: str, engine: DockerEngine) -> None:
    name, text = FULL[environment]
    limits = Limits(memory_bytes=192 * MIB, cpu_seconds=30, wall_seconds=60)
    result = engine.run(request(environment, {name: text}, limits=limits))
    assert (result.outcome, result.limit_hit) == (Outcome.OUT_OF_MEMORY, "memory_bytes"), result.stderr
    assert result.limit_source in {"cgroup", "runtime"}
    assert result.peak_memory_bytes > 100 * MIB


def test_a_runtime_that_ends_like_a_full_heap_is_not_believed_without_one(engine: DockerEngine) -> None:
    text = "public class Main { public static void main(String[] a) { System.exit(3); } }"
    result = engine.run(request("java", {"Main.java": text}))
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 3)


def test_warm_sandboxes_are_used_again_and_single_ones_never(engine: DockerEngine) -> None:
    before = engine.pool_metrics()
    for _ in range(3):
        assert python(engine, "print(1)").isolation == "namespace"
    between = engine.pool_metrics()
    assert (between.misses - before.misses, between.made - before.made) == (0, 0)
    for _ in range(2):
        assert python(engine, "print(1)", isolation="container").isolation == "container"
    after = engine.pool_metrics()
    assert after.hits + after.misses - between.hits - between.misses == 2
    wait_for("the pool refills", lambda: engine.pool_metrics().made > between.made, 30)


def test_memory_in_a_warm_sandbox_is_counted_anew_for_each_run(engine: DockerEngine) -> None:
    large = python(engine, "x = bytearray(200 << 20); x[::4096] = x[::4096]")
    small = python(engine, "print(1)")
    assert large.peak_memory_bytes > 180 * MIB
    assert small.peak_memory_bytes < 150 * MIB, small.stages


@pytest.mark.parametrize("level", LEVELS)
def test_a_warm_interpreter_shares_what_it_has_loaded(engine: DockerEngine, level: str) -> None:
    """What a zygote holds is immortal, so that looking at it copies no page; what a program makes is not."""
    code = "import math, sys\nclass Mine: pass\nprint(sys.getrefcount(math) >> 31, sys.getrefcount(Mine) >> 31)"
    result = python(engine, code, isolation=level)
    assert result.stdout.data == {"namespace": b"1 0\n", "container": b"0 0\n"}[level]


def test_a_program_finds_none_of_the_processes_that_made_it(engine: DockerEngine) -> None:
    code = (
        "import os\n"
        "print(os.getppid(), sorted(int(p) for p in os.listdir('/proc') if p.isdigit()) == [1, os.getpid()])\n"
        "print([fd for fd in range(1024) if os.path.exists(f'/proc/self/fd/{fd}')])\n"
        "print(sorted(name for name in __import__('sys').modules if 'sandboxes' in name))"
    )
    assert python(engine, code, isolation="namespace").stdout.data == b"0 True\n[0, 1, 2]\n[]\n"


@pytest.mark.parametrize("level", LEVELS)
def test_many_long_arguments_arrive_whole(engine: DockerEngine, level: str) -> None:
    args = tuple(f"{number:03d}" + "ü" * 1000 for number in range(16))
    result = python(engine, "import sys\nprint(len(sys.argv), len(''.join(sys.argv[1:])))", args=args, isolation=level)
    assert (result.outcome, result.stdout.data) == (Outcome.SUCCEEDED, b"17 16048\n")


def test_a_run_with_less_memory_than_a_warm_sandbox_needs_gets_a_container(engine: DockerEngine) -> None:
    small, wanted = replace(Limits(), memory_bytes=32 * MIB), replace(Limits(), memory_bytes=64 * MIB)
    found = [python(engine, "print('hi')", limits=limits) for limits in (small, wanted)]
    assert [(result.outcome, result.isolation) for result in found] == [
        (Outcome.SUCCEEDED, "container"),
        (Outcome.SUCCEEDED, "namespace"),
    ]
    with pytest.raises(InvalidRun, match="memory_bytes = 67108864"):
        python(engine, "print('hi')", limits=small, isolation="namespace")


@pytest.mark.parametrize("level", LEVELS)
def test_a_peak_is_the_programs_own(level: str, tmp_path: Path) -> None:
    """Equal programs show equal memory, in a sandbox that has just begun and in one that has run others."""
    fresh = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id="peak")
    try:
        peaks = [python(fresh, "print(1)", isolation=level).peak_memory_bytes for _ in range(4)]
        used = python(fresh, "x = bytearray(100 << 20)\nx[::4096] = x[::4096]", isolation=level).peak_memory_bytes
    finally:
        fresh.close()
    assert max(peaks) < 24 * MIB, peaks
    assert 96 * MIB < used < 128 * MIB

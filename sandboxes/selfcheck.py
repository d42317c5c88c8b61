"""The conformance suite: what every backend must do, as a list of named checks; and the hardening, read from inside."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sandboxes.errors import InvalidRun, SandboxError
from sandboxes.limits import Limits
from sandboxes.result import Outcome, RunResult
from sandboxes.runner import OutputFrame, Runner
from sandboxes.spec import RunRequest

MAX_FRAME_BYTES = 8 * 1024
BAD_NAMES = ("../x.py", "/etc/x", "", ".", "a/../x", "a//b", "a/", "x\0y", "x" * 300, "./main.py", "a/./b")


@dataclass(frozen=True, kw_only=True)
class Check:
    """What was checked, whether it held, and what was seen if not."""

    name: str
    passed: bool
    detail: str = ""


@dataclass
class Bench:
    """Runs small Python programs under fresh keys."""

    runner: Runner
    environment: str
    limits: Limits
    counter: Iterator[int]
    prefix: str
    isolation: str = ""

    def request(self, code: str, **fields: object) -> RunRequest:
        """A request for this program."""
        request = RunRequest(
            key=f"{self.prefix}-{next(self.counter)}",
            environment=self.environment,
            files={"main.py": code.encode()},
            entry="main.py",
            limits=self.limits,
            isolation=self.isolation,
        )
        return replace(request, **fields)  # type: ignore[arg-type]

    def run(self, code: str, **fields: object) -> RunResult:
        """The result of this program."""
        return self.runner.run(self.request(code, **fields))


Expectation = Callable[[Bench], str]


def self_check(
    runner: Runner,
    *,
    environment: str = "python",
    only: tuple[str, ...] = (),
    prefix: str = "selfcheck",
    isolation: str = "",
) -> tuple[Check, ...]:
    """Run the checks that execute a program (all, or those named); never raises for what the backend does wrong.

    Run keys begin with `prefix`: two suites at once on one engine need two prefixes.
    """
    limits = Limits(cpu_seconds=10, wall_seconds=60, output_bytes=65536)
    bench = Bench(runner, environment, limits, itertools.count(), prefix, isolation)
    wanted = only or tuple(PROGRAM_CHECKS)
    return tuple(_check(name, PROGRAM_CHECKS[name], bench) for name in wanted)


def rule_check(runner: Runner, *, environment: str = "python") -> tuple[Check, ...]:
    """Run the checks of rules that hold without executing anything; a double keeps them, too."""
    bench = Bench(runner, environment, Limits(), itertools.count(), "rules")
    return tuple(_check(name, expectation, bench) for name, expectation in RULE_CHECKS.items())


def _check(name: str, expectation: Expectation, bench: Bench) -> Check:
    try:
        detail = expectation(bench)
    except SandboxError as error:
        detail = f"{type(error).__name__}: {error}"
    return Check(name=name, passed=not detail, detail=detail)


def _differs(found: object, wanted: object) -> str:
    return "" if found == wanted else f"wanted {wanted!r}, found {found!r}"


def _ended(result: RunResult) -> tuple[Outcome, int | None, int | None, str]:
    return result.outcome, result.exit_code, result.signal, result.limit_hit


def _success(bench: Bench) -> str:
    result = bench.run("import sys; print('out'); print('err', file=sys.stderr)")
    found = (_ended(result), result.stdout.data, result.stderr.data)
    return _differs(found, ((Outcome.SUCCEEDED, 0, None, ""), b"out\n", b"err\n"))


def _failure(bench: Bench) -> str:
    return _differs(_ended(bench.run("raise SystemExit(3)")), (Outcome.FAILED, 3, None, ""))


def _signal(bench: Bench) -> str:
    return _differs(_ended(bench.run("import os; os.kill(os.getpid(), 11)")), (Outcome.SIGNALLED, None, 11, ""))


def _wall(bench: Bench) -> str:
    limits = replace(bench.limits, wall_seconds=3)
    result = bench.run("import time; print('before', flush=True); time.sleep(60)", limits=limits)
    found = (result.outcome, result.limit_hit, result.stdout.data)
    return _differs(found, (Outcome.TIMED_OUT, "wall_seconds", b"before\n"))


def _cpu(bench: Bench) -> str:
    result = bench.run("while True: pass", limits=replace(bench.limits, cpu_seconds=0.5, wall_seconds=60))
    return _differs((result.outcome, result.limit_hit), (Outcome.TIMED_OUT, "cpu_seconds"))


def _output(bench: Bench) -> str:
    result = bench.run("while True: print('x' * 1000)", limits=replace(bench.limits, output_bytes=10_000))
    found = (result.outcome, len(result.stdout.data), result.stdout.truncated, result.limit_hit)
    return _differs(found, (Outcome.OUTPUT_LIMIT, 10_000, True, "output_bytes"))


def _memory(bench: Bench) -> str:
    limits = replace(bench.limits, memory_bytes=64 * 1024 * 1024)
    result = bench.run("x = bytearray(10**9)", limits=limits)
    return _differs((result.outcome, result.limit_hit), (Outcome.OUT_OF_MEMORY, "memory_bytes"))


def _input(bench: Bench) -> str:
    code = "import os, sys; print(sys.stdin.read(), sys.argv[1:], os.environ['MODE'])"
    result = bench.run(code, stdin=b"hello", args=("a b", "-c"), env={"MODE": "x"})
    return _differs(result.stdout.data, b"hello ['a b', '-c'] x\n")


def _several_files(bench: Bench) -> str:
    files = {"main.py": b"from pkg.part import x; print(x)", "pkg/part.py": b"x = 42"}
    return _differs(bench.run("", files=files).stdout.data, b"42\n")


def _artefacts(bench: Bench) -> str:
    code = "import os; os.mkdir('d'); open('d/a.bin','wb').write(b'\\xff'); os.symlink('/etc/passwd','l')"
    result = bench.run(code)
    found = ({a.path: a.data for a in result.artefacts}, [(s.path, s.reason) for s in result.skipped])
    return _differs(found, ({"d/a.bin": b"\xff"}, [("l", "symlink")]))


def _raw_bytes(bench: Bench) -> str:
    result = bench.run("import os; os.write(1, bytes(range(256)))")
    return _differs(result.stdout.data, bytes(range(256)))


def _live_output(bench: Bench) -> str:
    seen: list[OutputFrame] = []
    request = bench.request("import sys; sys.stdout.write('y' * 50000)")
    result = bench.runner.run(request, on_output=seen.append)
    joined = b"".join(frame.data for frame in seen if frame.stream == "stdout")
    found = (joined == result.stdout.data, len(joined), [frame.sequence for frame in seen] == list(range(len(seen))))
    return _differs(found, (True, 50000, True)) or _differs(
        [len(frame.data) for frame in seen if len(frame.data) > MAX_FRAME_BYTES], []
    )


def _nothing_stays(bench: Bench) -> str:
    bench.run("for d in ('/tmp', '/dev/shm', '.'): open(d + '/left', 'w').write('x')")
    code = "import os; print([d for d in ('/tmp', '/dev/shm', '.') if os.path.exists(d + '/left')])"
    return _differs(bench.run(code).stdout.data, b"[]\n")


def _says_where(bench: Bench) -> str:
    result = bench.run("")
    named = (result.environment, result.environment_version, result.image_digest, result.policy_version)
    missing = [text for text in (*named, result.isolation, result.backend) if not text]
    return _differs((missing, len(result.stages)), ([], 1))


def _refused(bench: Bench, **fields: object) -> str:
    request = bench.request("", **fields)
    try:
        bench.runner.run(request)
    except InvalidRun:
        return ""
    return f"{fields!r:.80} was taken"


def _bad_names(bench: Bench) -> str:
    verdicts = (_refused(bench, files={"main.py": b"", name: b""}) for name in BAD_NAMES)
    return "; ".join(filter(None, verdicts))


def _bad_requests(bench: Bench) -> str:
    wrong: list[dict[str, object]] = [
        {"entry": "other.py"},
        {"env": {"LD_PRELOAD": "x"}},
        {"env": {"lower": "x"}},
        {"env": {"PATH": "/"}},
        {"args": ("a\0b",)},
        {"stdin": b"x" * (17 * 1024 * 1024)},
        {"limits": Limits(memory_bytes=1)},
        {"limits": Limits(wall_seconds=10**6)},
        {"files": {"main.py": b"", "main.py/x": b""}},
    ]
    return "; ".join(filter(None, (_refused(bench, **fields) for fields in wrong)))


def _nothing_to_reap(bench: Bench) -> str:
    return _differs(bench.runner.reap(keys=(f"{bench.prefix}-never-ran",)), 0)


PROGRAM_CHECKS: dict[str, Expectation] = {
    "success": _success,
    "failure": _failure,
    "signal": _signal,
    "wall limit keeps partial output": _wall,
    "cpu limit": _cpu,
    "output limit": _output,
    "memory limit": _memory,
    "stdin, args and env": _input,
    "several files": _several_files,
    "artefacts": _artefacts,
    "raw bytes": _raw_bytes,
    "live output": _live_output,
    "nothing stays": _nothing_stays,
    "result says where it ran": _says_where,
}
RULE_CHECKS: dict[str, Expectation] = {
    "bad file names": _bad_names,
    "bad requests": _bad_requests,
    "nothing to reap": _nothing_to_reap,
}

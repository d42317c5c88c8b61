"""Attacks on what outlives a run: the agent's memory, the pool, the caches, the collector. Each at both levels."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.errors import Busy
from sandboxes.limits import MIB, Limits
from sandboxes.recipes import build
from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.runner import RunControl
from sandboxes.spec import RunRequest
from tests.hostile.conftest import BOOT, Attack

pytestmark = pytest.mark.engine

SCAN = """
import re, sys
word = bytes(reversed({reversed!r}))
found = 0
maps = [line.split() for line in open('/proc/self/maps')]
with open('/proc/self/mem', 'rb', 0) as memory:
    for line in maps:
        if 'r' not in line[1] or line[-1] in ('[vvar]', '[vsyscall]', '[vvar_vclock]'):
            continue
        start, end = (int(part, 16) for part in line[0].split('-'))
        try:
            memory.seek(start)
            data = memory.read(end - start)
        except (OSError, ValueError, OverflowError):
            continue
        found += len([m for m in re.finditer(re.escape(word), data)])
del data
print('copies', found)
"""
LEAVE = """
import ctypes, os, pty, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
print(libc.shmget(4242, 4096, 0o666), libc.semget(4242, 1, 0o666), libc.msgget(4242, 0o666))
libc.shmget(4242, 4096, 0o1666), libc.semget(4242, 1, 0o1666), libc.msgget(4242, 0o1666)
rt = ctypes.CDLL('librt.so.1', use_errno=True)
print(rt.mq_open(b'/left', 0))
rt.mq_open(b'/left', 0o100 | 2, 0o666, None)
left = socket.socket(socket.AF_UNIX)
try:
    left.bind('\\0left'); print('free')
except OSError as error:
    print(error.errno)
print(sorted(os.listdir('/dev/pts')))
pty.openpty()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import time; time.sleep(600)
    os._exit(0)
os.wait()
"""
POISON = """
import builtins, json, math, random, sys
print(math.pi, json.dumps([1]), len([1]), random.Random(1).random(), getattr(sys, 'poison', None))
math.pi = 4; json.dumps = lambda _: 'poison'; builtins.len = lambda _: 99; sys.poison = 1
sys.modules['random'].Random.random = lambda _: 7
import numpy; numpy.ndarray; numpy.pi = 5; numpy.random.seed(1)
"""
UNWANTED = {
    "host-file-at-compile": '#include "/etc/shadow"\nint main(void) { return 0; }',
    "host-bytes-at-compile": '__asm__(".incbin \\"/etc/shadow\\"");\nint main(void) { return 0; }',
    "endless-include": '#include "/dev/random"\nint main(void) { return 0; }',
    "include-itself": '#include "main.c"\nint main(void) { return 0; }',
}
OTHERS = {
    "read-the-last-runs-memory",
    "leave-kernel-objects",
    "poison-the-interpreter",
    "daemon-for-the-next",
    "raise-own-oom-rank",
    "fill-memory-with-files",
    "flood-the-displays",
    "links-for-displays",
    "agents-namespaces",
    "change-what-was-compiled",
    "large-object-at-compile",
    "build-script-leaves-links",
    "input-nobody-reads",
    "forge-the-next-job",
    *UNWANTED,
}


@pytest.fixture
def compiled(hostile_engine: DockerEngine, level: str) -> Callable[..., RunResult]:
    """Compile and run a C or Rust program."""

    def run(files: dict[str, str], environment: str = "c", **fields: object) -> RunResult:
        build(None, Registry.load(), (environment,))
        wanted = RunRequest(
            key=f"{BOOT}-{uuid.uuid4().hex}",
            environment=environment,
            files={path: text.encode() for path, text in files.items()},
            entry=next(iter(files)),
            isolation=level,
        )
        return hostile_engine.run(replace(wanted, **fields))  # type: ignore[arg-type]

    return run


@pytest.mark.parametrize("where", ["stdin", "args", "env", "file", "printed"])
def test_read_the_last_runs_memory(where: str, attack: Attack) -> None:
    """The process that later runs are forked from never holds anything of a run."""
    secret = f"secret-{uuid.uuid4().hex}"
    ways: dict[str, dict[str, object]] = {
        "stdin": {"stdin": secret.encode() * 10},
        "args": {"args": (secret,)},
        "env": {"env": {"SECRET": secret}},
        "file": {"files": {"main.py": b"print(1)", "secret.txt": secret.encode()}},
        "printed": {},
    }
    code = f"print({secret!r})" if where == "printed" else "import sys; sys.stdin.read(); print('had it')"
    attack(code, **ways[where])
    # the second program must not hold the word itself, so it gets it backwards
    spied = attack(SCAN.format(reversed=secret.encode()[::-1]), limit={"memory_bytes": 512 * MIB})
    copies = int(spied.stdout.data.split()[1])
    # its own, put together from the reverse, and no other
    assert (spied.outcome, copies) == (Outcome.SUCCEEDED, 1), spied.stdout.data


def test_leave_kernel_objects(attack: Attack) -> None:
    said = [attack(LEAVE).stdout.data for _ in range(2)]
    assert said[0] == said[1] == b"-1 -1 -1\n-1\nfree\n['ptmx']\n"


def test_poison_the_interpreter(attack: Attack) -> None:
    said = [attack(POISON).stdout.data for _ in range(2)]
    assert said[0] == said[1]
    assert said[0].startswith(b"3.14159")
    assert said[0].endswith(b"None\n")


def test_daemon_for_the_next(attack: Attack) -> None:
    code = (
        "import os, time\nprint({p for p in os.listdir('/proc') if p.isdigit()} == {'1', str(os.getpid())})\n"
        "for n in range(20):\n if os.fork() == 0:\n  os.setsid()\n  while True: time.sleep(1)\n"
    )
    assert [attack(code).stdout.data for _ in range(2)] == [b"True\n", b"True\n"]


@pytest.mark.parametrize("score", ["0", "-1000"])
def test_raise_own_oom_rank(score: str, attack: Attack) -> None:
    """Whoever the kernel picks, the run ran out of memory; the next one is served."""
    code = (
        f"import os\ntry: open('/proc/self/oom_score_adj', 'w').write({score!r})\nexcept OSError: pass\n"
        "for n in range(24):\n if os.fork() == 0:\n  x = bytearray(4 << 20)\n  import time; time.sleep(60)\n"
        "x = bytearray(500 << 20); x[::4096] = b'1' * len(x[::4096])"
    )
    result = attack(code)
    assert (result.outcome, result.limit_hit) == (Outcome.OUT_OF_MEMORY, "memory_bytes")
    assert attack("print('next')").stdout.data == b"next\n"


def test_fill_memory_with_files(attack: Attack) -> None:
    """Files count as memory; the collector gets along with what is left."""
    code = "import os\nfor n in range(30):\n open(f'f{n}', 'wb').write(bytes(1 << 20))\nprint('full')"
    result = attack(code, limit={"memory_bytes": 64 * MIB})
    assert result.outcome in {Outcome.SUCCEEDED, Outcome.OUT_OF_MEMORY}
    assert sum(len(found.data) for found in result.artefacts) <= 16 * MIB


def test_flood_the_displays(attack: Attack) -> None:
    code = "import os\nos.mkdir('.display')\nfor n in range(300):\n open(f'.display/{n:03d}', 'wb').write(bytes(99999))"
    result = attack(code)
    assert result.outcome is Outcome.SUCCEEDED
    assert len(result.displays) <= 64
    assert {found.reason for found in result.skipped} == {"too_many_files"}


def test_links_for_displays(attack: Attack) -> None:
    code = (
        "import os\nos.mkdir('.display')\nos.symlink('/etc/passwd', '.display/1.png')\nos.symlink('/etc', '.display/d')"
    )
    result = attack(code)
    assert result.displays == ()
    assert [found.reason for found in result.skipped] == ["symlink", "symlink"]


def test_agents_namespaces(attack: Attack) -> None:
    code = (
        "import os\nfor name in ('user', 'mnt', 'pid', 'net'):\n"
        " try: os.close(os.open('/proc/1/ns/' + name, os.O_RDONLY)); print('opened')\n"
        " except OSError as error: print(error.errno)\n"
    )
    assert attack(code).stdout.data == b"13\n" * 4


def test_forge_the_next_job(attack: Attack) -> None:
    """Frames of every kind on every descriptor, in the hope that they wait for the next run."""
    code = (
        "import os, struct\nfor kind in range(64):\n frame = struct.pack('>BI', kind, 2) + b'{}'\n"
        " for fd in (0, 1, 2, *range(3, 64)):\n  try: os.write(fd, frame)\n  except OSError: pass\n"
    )
    attack(code)
    result = attack("import sys; print(sys.stdin.read(), sys.argv)", stdin=b"mine")
    assert (result.outcome, result.stdout.data) == (Outcome.SUCCEEDED, b"mine ['main.py']\n")


@pytest.mark.parametrize("name", UNWANTED)
def test_compile(name: str, compiled: Callable[..., RunResult]) -> None:
    limits = {Phase.COMPILE: replace(Limits(), cpu_seconds=5, wall_seconds=20)}
    result = compiled({"main.c": UNWANTED[name]}, stage_limits=limits)
    assert result.phase is Phase.COMPILE
    assert result.outcome in {Outcome.COMPILE_FAILED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.OUTPUT_LIMIT}
    assert b"root:" not in result.stderr.data


def test_large_object_at_compile(compiled: Callable[..., RunResult]) -> None:
    limits = {Phase.COMPILE: replace(Limits(), cpu_seconds=10, wall_seconds=40)}
    result = compiled({"main.c": "int a[1 << 28] = {1};\nint main(void) { return a[0]; }"}, stage_limits=limits)
    assert result.phase is Phase.COMPILE
    assert result.outcome is not Outcome.SUCCEEDED


def test_change_what_was_compiled(compiled: Callable[..., RunResult]) -> None:
    """The cache keeps what the compiler made, not what the program made of it."""
    text = (
        "#include <stdio.h>\n#include <stdlib.h>\n"
        f'int main(void) {{ puts("{uuid.uuid4().hex}"); remove(".build/main");'
        " return system(\"printf '#!/bin/sh\\\\necho changed\\\\n' > .build/main; chmod 755 .build/main\"); }"
    )
    first, second = (compiled({"main.c": text}) for _ in range(2))
    assert second.stages[0].cached
    assert first.stdout.data == second.stdout.data
    assert b"changed" not in second.stdout.data


def test_build_script_leaves_links(compiled: Callable[..., RunResult]) -> None:
    """A build script runs as the program does; a link it leaves is neither followed, nor kept, nor handed out."""
    files = {
        "src/main.rs": f'fn main() {{ println!("{uuid.uuid4().hex}"); }}',
        "Cargo.toml": '[package]\nname = "program"\nversion = "0.1.0"\nedition = "2021"\n',
        "build.rs": 'fn main() { std::os::unix::fs::symlink("/etc/passwd", "/sandbox/.build/tests/link").unwrap();'
        ' std::os::unix::fs::symlink("/etc/passwd", "/sandbox/link").unwrap(); }',
    }
    first, second = (compiled(files, "rust") for _ in range(2))
    assert first.outcome is Outcome.SUCCEEDED, first.stderr
    assert [(found.path, found.reason) for found in first.skipped] == [("link", "symlink")]
    assert not second.stages[0].cached


def test_input_nobody_reads(attack: Attack) -> None:
    control = RunControl()
    for _ in range(16):
        control.send_stdin(bytes(65536))
    with pytest.raises(Busy):
        control.send_stdin(b"x")
    assert attack("print('ran')", interactive=True).stdout.data == b"ran\n"

"""The attacks that are one program each: what it does, and how its run must end."""

from dataclasses import dataclass, field

from sandboxes.result import Outcome

FORGED = r"""
import glob, json, os, struct
end = json.dumps({"exit_code": 0, "signal": None, "limit_hit": "", "oom_kills": 0, "disk_full": False}).encode()
frame = struct.pack(">BI", 36, len(end)) + end + struct.pack(">BI", 39, 0)
wrapped = struct.pack(">BxxxI", 1, len(frame)) + frame
for target in [*range(30), *glob.glob("/proc/1/fd/*"), "/proc/1/fd/1", "/proc/1/fd/0", "/dev/console", "/dev/tty"]:
    for data in (frame, wrapped):
        try:
            fd = target if isinstance(target, int) else os.open(target, os.O_WRONLY | os.O_NONBLOCK)
            os.write(fd, data)
        except OSError:
            pass
os._exit(3)
"""


@dataclass(frozen=True, kw_only=True)
class Program:
    """`says` must occur in standard output; `skipped` and `artefacts` are compared whole where given."""

    id: str
    code: str
    outcome: Outcome
    exit_code: int | None = 0
    signal: int | None = None
    limit_hit: str = ""
    says: str = ""
    skipped: dict[str, str] | None = None
    artefacts: set[str] | None = None
    stdin: bytes = b""
    limit: dict[str, float] = field(default_factory=dict)


OK, FAILED, SIGNALLED = Outcome.SUCCEEDED, Outcome.FAILED, Outcome.SIGNALLED
SLEEPERS = """
import os, time
n = 0
try:
    while n < 10000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        n += 1
except OSError as error:
    print(error.errno, n <= 32)
"""
THREADS = """
import threading, time
try:
    for n in range(10000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
except RuntimeError:
    print("refused", n <= 32)
"""
FILL = """
n = 0
try:
    with open({path!r}, "wb", buffering=0) as file:
        while True:
            n += file.write(bytes(65536))
except OSError as error:
    print(error.errno)
"""
MANY_FILES = """
import sys
try:
    for n in range(10**6):
        open(f"f{n}", "w").close()
except OSError as error:
    print(error.errno)
"""
NESTED = """
import os
for n in range(300):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
print("deep")
"""
CHILD_EATS = """
import os
if os.fork() == 0:
    x = bytearray(10**9)
os.wait()
"""
SPIN_FOUR = """
import os
os.fork(); os.fork()
while True: pass
"""
ORPHANS = """
import os, time
for n in range(200):
    if os.fork() == 0:
        os._exit(0) if os.fork() else os._exit(0)
    os.wait()
    time.sleep(0.004)
print("reaped")
"""
LINKS = """
import os, socket
os.symlink("/etc/passwd", "link")
os.symlink("/etc", "linked_dir")
os.mkfifo("fifo")
socket.socket(socket.AF_UNIX).bind("sock")
open("one", "w").write("x")
os.link("one", "two")
with open("big", "wb") as file: file.truncate(30 * 1024 * 1024)
"""
CHILD_HOLDS = """
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
print("done")
"""

PROGRAMS = (
    Program(id="fork-bomb", code=SLEEPERS, outcome=OK, says="11 True"),
    Program(id="thread-bomb", code=THREADS, outcome=OK, says="refused True"),
    Program(
        id="memory-bomb",
        code="x = bytearray(10**9); x[::4096] = b'1' * len(x[::4096])",
        outcome=Outcome.OUT_OF_MEMORY,
        exit_code=None,
        signal=9,
        limit_hit="memory_bytes",
    ),
    Program(id="memory-bomb-child", code=CHILD_EATS, outcome=Outcome.OUT_OF_MEMORY, limit_hit="memory_bytes"),
    Program(
        id="memfd-fill",
        code="import os\nfd = os.memfd_create('m')\nfor n in range(3):\n os.ftruncate(fd, 0)\nfds = []\n"
        "while True:\n fd = os.memfd_create('m'); fds.append(fd); os.write(fd, bytes(16 << 20))",
        outcome=Outcome.OUT_OF_MEMORY,
        exit_code=None,
        signal=9,
        limit_hit="memory_bytes",
    ),
    Program(id="exit-137", code="raise SystemExit(137)", outcome=FAILED, exit_code=137),
    Program(id="kill-self-9", code="import os; os.kill(os.getpid(), 9)", outcome=SIGNALLED, exit_code=None, signal=9),
    Program(
        id="kill-self-11", code="import os; os.kill(os.getpid(), 11)", outcome=SIGNALLED, exit_code=None, signal=11
    ),
    Program(
        id="kill-self-xcpu", code="import os; os.kill(os.getpid(), 24)", outcome=SIGNALLED, exit_code=None, signal=24
    ),
    Program(id="fill-shm", code=FILL.format(path="/dev/shm/x"), outcome=OK, says="28"),
    Program(id="fill-tmp", code=FILL.format(path="/tmp/x"), outcome=OK, says="28"),
    Program(
        id="fill-work",
        code="while True: open('x', 'ab').write(bytes(65536))",
        outcome=Outcome.DISK_LIMIT,
        exit_code=1,
        limit_hit="disk_bytes",
        limit={"disk_bytes": 4 << 20},
    ),
    Program(id="fill-inodes", code=MANY_FILES, outcome=OK, says="28"),
    Program(id="nested-directories", code=NESTED, outcome=OK, says="deep"),
    Program(
        id="sparse-file",
        code="import os\ntry: open('x', 'wb').truncate(100 * 2**30)\nfinally: os.unlink('x')",
        outcome=FAILED,
        exit_code=1,
        artefacts=set(),
    ),
    Program(
        id="cpu-spin-four",
        code=SPIN_FOUR,
        outcome=Outcome.TIMED_OUT,
        exit_code=None,
        signal=9,
        limit_hit="cpu_seconds",
        limit={"cpu_seconds": 0.5, "wall_seconds": 80},
    ),
    Program(
        id="sleep",
        code="import time; time.sleep(600)",
        outcome=Outcome.TIMED_OUT,
        exit_code=None,
        signal=9,
        limit_hit="wall_seconds",
        limit={"wall_seconds": 1},
    ),
    Program(
        id="stop-self",
        code="import os; os.kill(os.getpid(), 19)",
        outcome=Outcome.TIMED_OUT,
        exit_code=None,
        signal=9,
        limit_hit="wall_seconds",
        limit={"wall_seconds": 1},
    ),
    Program(id="zombies", code=ORPHANS, outcome=OK, says="reaped"),
    Program(
        id="open-descriptors",
        code="import os\nfds = []\ntry:\n while True: fds.append(os.open('/dev/null', 0))\n"
        "except OSError as error: os.write(1, str(error.errno).encode())",
        outcome=OK,
        says="24",
    ),
    Program(id="core-dump", code="import os; os.abort()", outcome=SIGNALLED, exit_code=None, signal=6, artefacts=set()),
    *(
        Program(
            id=f"flood-{name}",
            code=f"import os\nwhile True:\n for fd in {fds}: os.write(fd, b'x' * 65536)",
            outcome=Outcome.OUTPUT_LIMIT,
            exit_code=None,
            signal=9,
            limit_hit="output_bytes",
        )
        for name, fds in (("stdout", (1,)), ("stderr", (2,)), ("both", (1, 2)))
    ),
    Program(id="one-huge-line", code="print('x' * 20_000_000)", outcome=Outcome.OUTPUT_LIMIT, limit_hit="output_bytes"),
    Program(id="much-then-exit", code="print('x' * 300_000 + 'end')", outcome=OK, says="xend"),
    Program(id="not-utf8", code="import os; os.write(1, b'\\xff\\x00\\x1b[2Jend')", outcome=OK, says="end"),
    Program(
        id="close-stdout",
        code="import os; os.close(1); os.close(2); open('later', 'w').write('x'); os._exit(0)",
        outcome=OK,
        artefacts={"later"},
    ),
    Program(id="ignore-stdin", code="print('no')", outcome=OK, says="no", stdin=b"x" * 10_000_000),
    Program(id="child-holds-stdout", code=CHILD_HOLDS, outcome=OK, says="done"),
    Program(id="forged-frames", code=FORGED, outcome=FAILED, exit_code=3),
    Program(
        id="artefact-links",
        code=LINKS,
        outcome=OK,
        artefacts=set(),
        skipped={
            "link": "symlink",
            "linked_dir": "symlink",
            "fifo": "fifo",
            "sock": "socket",
            "one": "hard_link",
            "two": "hard_link",
            "big": "too_large",
        },
    ),
    Program(
        id="lock-work-directory",
        code="import os; open('a', 'w').write('x'); os.chmod('/sandbox', 0)",
        outcome=OK,
        artefacts=set(),
    ),
    Program(id="bad-artefact-names", code="import os; open(b'\\xff\\n', 'w').write('x')", outcome=OK),
    Program(
        id="module-shadowing",
        code="open('plistlib.py', 'w').write('raise SystemExit(5)')\nimport plistlib",
        outcome=FAILED,
        exit_code=5,
    ),
    Program(
        id="ignore-signals",
        code="import signal, time\nfor n in range(1, 65):\n"
        " try: signal.signal(n, signal.SIG_IGN)\n except (OSError, ValueError): pass\ntime.sleep(600)",
        outcome=Outcome.TIMED_OUT,
        exit_code=None,
        signal=9,
        limit_hit="wall_seconds",
        limit={"wall_seconds": 1},
    ),
)

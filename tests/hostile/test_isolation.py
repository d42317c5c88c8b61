"""What a program may not do or see; all tried in one run, each judged by itself."""

import json

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.result import Outcome
from sandboxes.spec import RunRequest
from tests.hostile.conftest import BOOT, Attack

pytestmark = pytest.mark.engine

PREAMBLE = r"""
import ctypes, errno, json, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    ctypes.set_errno(0)
    result = libc.syscall(number, *args)
    return "allowed" if result >= 0 else errno.errorcode[ctypes.get_errno()]
def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "allowed"
def connected(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1.0)
        s.connect(address)
def opened(path, flags=os.O_RDONLY):
    os.close(os.open(path, flags))
def wrote(path, data):
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)
def on_agent(number, *args):
    fd = os.pidfd_open(1)
    try:
        return call(number, fd, *args)
    finally:
        os.close(fd)
found = {}
"""
# id -> (expression, what it must say)
PROBES: dict[str, tuple[str, set[str]]] = {
    "syscall-ptrace": ("call(101, 16, 1, 0, 0)", {"EPERM"}),
    "syscall-ptrace-traceme": ("call(101, 0, 0, 0, 0)", {"EPERM"}),
    "syscall-mount": ("call(165, b'none', b'/tmp', b'tmpfs', 0, None)", {"EPERM"}),
    "syscall-umount": ("call(166, b'/proc', 2)", {"EPERM"}),
    "syscall-pivot-root": ("call(155, b'/', b'/tmp')", {"EPERM"}),
    "syscall-chroot": ("call(161, b'/tmp')", {"EPERM"}),
    "syscall-unshare-user": ("call(272, 0x10000000)", {"EPERM"}),
    "syscall-unshare-net": ("call(272, 0x40000000)", {"EPERM"}),
    "syscall-setns": ("call(308, 0, 0)", {"EPERM"}),
    "syscall-clone-newuser": ("call(56, 0x10000011, 0, 0, 0, 0)", {"EPERM"}),
    "syscall-clone3": ("call(435, 0, 0)", {"ENOSYS"}),
    "syscall-keyctl": ("call(250, 0, -3, 0)", {"EPERM"}),
    "syscall-add-key": ("call(248, b'user', b'x', b'y', 1, -3)", {"EPERM"}),
    "syscall-request-key": ("call(249, b'user', b'x', None, -3)", {"EPERM"}),
    "syscall-io-uring-setup": ("call(425, 1, ctypes.create_string_buffer(120))", {"EPERM"}),
    "syscall-io-uring-enter": ("call(426, 0, 0, 0, 0, None, 0)", {"EPERM"}),
    "syscall-userfaultfd": ("call(323, 0)", {"EPERM"}),
    "syscall-bpf": ("call(321, 0, None, 0)", {"EPERM"}),
    "syscall-perf-event-open": ("call(298, None, 0, -1, -1, 0)", {"EPERM"}),
    "syscall-process-vm-readv": ("call(310, 1, None, 0, None, 0, 0)", {"EPERM"}),
    "syscall-process-vm-writev": ("call(311, 1, None, 0, None, 0, 0)", {"EPERM"}),
    "syscall-open-by-handle-at": ("call(304, -100, None, 0)", {"EPERM"}),
    "syscall-name-to-handle-at": ("call(303, -100, b'/', None, None, 0)", {"EPERM"}),
    "syscall-init-module": ("call(175, None, 0, b'')", {"EPERM"}),
    "syscall-kexec-load": ("call(246, 0, 0, None, 0)", {"EPERM"}),
    "syscall-reboot": ("call(169, 0xfee1dead, 672274793, 0, None)", {"EPERM"}),
    "syscall-fsopen": ("call(430, b'tmpfs', 0)", {"EPERM"}),
    "syscall-move-mount": ("call(429, -1, b'', -1, b'', 0)", {"EPERM"}),
    "syscall-pidfd-getfd": ("call(438, 0, 0, 0)", {"EPERM"}),
    "syscall-sethostname": ("call(170, b'x', 1)", {"EPERM"}),
    "syscall-settimeofday": ("call(164, None, None)", {"EPERM"}),
    "socket-packet": ("tried(lambda: socket.socket(17, 3))", {"EPERM"}),
    "socket-netlink": ("tried(lambda: socket.socket(16, 3))", {"EPERM"}),
    "socket-vsock": ("tried(lambda: socket.socket(40, 1))", {"EPERM"}),
    "socket-alg": ("tried(lambda: socket.socket(38, 5))", {"EPERM"}),
    "socket-bluetooth": ("tried(lambda: socket.socket(31, 3))", {"EPERM"}),
    "socket-raw": ("tried(lambda: socket.socket(2, 3, 1))", {"EPERM"}),
    "network-metadata": (
        "tried(lambda: connected(socket.AF_INET, ('169.254.169.254', 80)))",
        {"ENETUNREACH"},
    ),
    "network-gateway": ("tried(lambda: connected(socket.AF_INET, ('172.17.0.1', 6379)))", {"ENETUNREACH"}),
    "network-internet": ("tried(lambda: connected(socket.AF_INET, ('1.1.1.1', 443)))", {"ENETUNREACH"}),
    "network-ipv6": (
        "tried(lambda: connected(socket.AF_INET6, ('2606:4700:4700::1111', 443)))",
        {"ENETUNREACH", "EADDRNOTAVAIL"},
    ),
    "network-loopback-services": (
        "tried(lambda: connected(socket.AF_INET, ('127.0.0.1', 6379)))",
        {"ECONNREFUSED"},
    ),
    "become-root": ("tried(lambda: os.setuid(0))", {"EPERM", "EINVAL"}),
    "become-neighbour": ("tried(lambda: os.setuid(os.getuid() + 1))", {"EPERM", "EINVAL"}),
    "change-groups": ("tried(lambda: os.setgroups([0]))", {"EPERM"}),
    # in namespaces the kernel takes the signal and drops it: their PID 1 has no handler; that the run goes on proves it
    "kill-agent": ("tried(lambda: os.kill(1, 9))", {"EPERM", "allowed"}),
    "stop-agent": ("tried(lambda: os.kill(1, 19))", {"EPERM", "allowed"}),
    "interrupt-agent": ("tried(lambda: [os.kill(1, n) for n in range(1, 65)])", {"EPERM", "allowed"}),
    "kill-everyone": ("tried(lambda: os.kill(-1, 18))", {"EPERM", "ESRCH", "allowed"}),
    "agent-memory": ("tried(lambda: opened('/proc/1/mem', os.O_RDWR))", {"EACCES"}),
    "agent-descriptors": ("tried(lambda: os.listdir('/proc/1/fd'))", {"EACCES"}),
    "agent-channel-out": ("tried(lambda: opened('/proc/1/fd/1', os.O_WRONLY))", {"EACCES"}),
    "agent-channel-in": ("tried(lambda: opened('/proc/1/fd/0'))", {"EACCES"}),
    "agent-environ": ("tried(lambda: opened('/proc/1/environ'))", {"EACCES"}),
    "agent-root": ("tried(lambda: os.listdir('/proc/1/root/'))", {"EACCES"}),
    "agent-priority": ("tried(lambda: os.setpriority(0, 1, 19))", {"EPERM", "EACCES"}),
    "agent-oom-score": ("tried(lambda: opened('/proc/1/oom_score_adj', os.O_WRONLY))", {"EACCES"}),
    "agent-priority-by-user": ("tried(lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19))", {"EPERM", "allowed"}),
    "agent-limits": ("call(302, 1, 7, ctypes.create_string_buffer(16), None)", {"EPERM"}),
    "agent-affinity": ("tried(lambda: os.sched_setaffinity(1, {0}))", {"EPERM"}),
    "agent-scheduler": (
        "tried(lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)))",
        {"EPERM"},
    ),
    "agent-scheduler-parameters": ("tried(lambda: os.sched_setparam(1, os.sched_param(0)))", {"EPERM"}),
    "agent-io-priority": ("call(251, 1, 1, 0x6000)", {"EPERM"}),
    "agent-io-priority-by-user": ("call(251, 3, os.getuid(), 0x6000)", {"EPERM", "allowed"}),
    "agent-pidfd": ("on_agent(424, 9, None, 0)", {"EPERM", "allowed"}),
    "agent-process-memory-release": ("on_agent(448, 0)", {"EPERM", "ENOSYS"}),
    "agent-timer-slack": ("tried(lambda: wrote('/proc/1/timerslack_ns', b'1000000000'))", {"EACCES", "EPERM"}),
    "agent-coredump-filter": ("tried(lambda: opened('/proc/1/coredump_filter', os.O_WRONLY))", {"EACCES", "EPERM"}),
    "write-core-pattern": (
        "tried(lambda: opened('/proc/sys/kernel/core_pattern', os.O_WRONLY))",
        {"EROFS", "EACCES"},
    ),
    "write-release-agent": (
        "tried(lambda: opened('/sys/fs/cgroup/memory/release_agent', os.O_WRONLY | os.O_CREAT))",
        {"EROFS", "EACCES", "ENOENT", "EPERM"},
    ),
    "raise-memory-limit": (
        "tried(lambda: opened('/sys/fs/cgroup/memory/memory.limit_in_bytes', os.O_WRONLY))",
        {"EROFS", "EACCES", "ENOENT"},
    ),
    "sysrq": ("tried(lambda: opened('/proc/sysrq-trigger', os.O_WRONLY))", {"EROFS", "EACCES", "ENOENT"}),
    "kernel-memory": (
        "repr(open('/proc/kcore', 'rb').read(1)) if os.access('/proc/kcore', 4) else 'masked'",
        {"masked", "b''"},
    ),
    "make-device": ("tried(lambda: os.mknod('/sandbox/dev', 0o60600, os.makedev(8, 0)))", {"EPERM"}),
    "passwd-edit": ("tried(lambda: opened('/etc/passwd', os.O_WRONLY))", {"EROFS", "EACCES"}),
    "shadow-read": ("tried(lambda: opened('/etc/shadow'))", {"EACCES", "ENOENT"}),
    "site-packages-write": (
        "tried(lambda: opened('/usr/local/lib/python3.13/dist-packages/x.py', os.O_WRONLY | os.O_CREAT))",
        {"EROFS", "EACCES"},
    ),
    "agent-source-write": (
        "tried(lambda: opened('/opt/runarena/__main__.py', os.O_WRONLY))",
        {"EROFS", "EACCES"},
    ),
    "docker-socket": ("tried(lambda: connected(socket.AF_UNIX, '/var/run/docker.sock'))", {"ENOENT"}),
    "raise-own-limits": (
        "tried(lambda: __import__('resource').setrlimit(4, (10**9, 10**9)))",
        {"not allowed to raise maximum limit"},
    ),
    "cwd-through-descriptors": (
        "repr([f for f in os.listdir('/proc/self/fd') if int(f) > 3])",
        {"[]"},
    ),
    "inherited-environment": (
        (
            "repr([n for n in os.environ if n not in {'PATH','HOME','LANG','TMPDIR','PYTHONDONTWRITEBYTECODE',"
            "'OPENBLAS_NUM_THREADS','LC_CTYPE','MPLBACKEND','MPLCONFIGDIR'}])"
        ),
        {"[]"},
    ),
    "host-mounts": (
        (
            "repr([l.split()[1] for l in open('/proc/mounts') if l.split()[2] in {'ext4','xfs','btrfs','virtiofs','9p'}"
            " and l.split()[1] not in {'/etc/resolv.conf','/etc/hostname','/etc/hosts'}])"
        ),
        {"[]"},
    ),
    "other-processes": (
        "repr([p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())])",
        {"[]"},
    ),
}


# where the agent is another user, a program may do to all of its own user what it likes
STRICTER_IN_NAMESPACES = {"agent-priority-by-user": {"EPERM"}, "agent-io-priority-by-user": {"EPERM"}}


@pytest.fixture(scope="module")
def findings(hostile_engine: DockerEngine, level: str) -> dict[str, str]:
    """What every probe said, from one run that got to its end."""
    lines = [
        f"try: found[{name!r}] = str({expression})\nexcept Exception as error: found[{name!r}] = str(error)"
        for name, (expression, _) in PROBES.items()
    ]
    code = PREAMBLE + "\n".join(lines) + "\nprint(json.dumps(found))\n"
    request = RunRequest(
        key=f"{BOOT}-probes",
        environment="python",
        files={"main.py": code.encode()},
        entry="main.py",
        isolation=level,
    )
    result = hostile_engine.run(request)
    assert (result.outcome, result.isolation) == (Outcome.SUCCEEDED, level), result.stderr.data
    found: dict[str, str] = json.loads(result.stdout.data)
    return found


@pytest.mark.parametrize("name", PROBES)
def test_refused(name: str, level: str, findings: dict[str, str]) -> None:
    wanted = STRICTER_IN_NAMESPACES.get(name) if level == "namespace" else None
    assert findings[name] in (wanted or PROBES[name][1])


def test_host_files_are_read_only(attack: Attack) -> None:
    code = "print([l.split()[3].split(',')[0] for l in open('/proc/mounts') if l.split()[1].startswith('/etc/')])"
    assert b"rw" not in attack(code).stdout.data

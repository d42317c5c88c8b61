"""Gives up privileges, by system call, with nothing but the standard library."""

import ctypes
import math
import os
import resource
import signal
import struct
from dataclasses import dataclass

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 4, 38, 47, 4
PR_CAPBSET_DROP, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 24, 22, 2
CAPABILITY_VERSION_3 = 0x20080522
LAST_CAPABILITY, NET_ADMIN, SYS_CHROOT, SYS_ADMIN = 63, 12, 18, 21
EPERM, ENOSYS = 1, 38
ALLOW, ERRNO, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
X32_BIT = 0x40000000
NAMESPACE_FLAGS = 0x7E020000
# PID 1 of a run is the agent, to the kernel of the program's own user: calls by which a user may hamper its other
# processes, and which argument names the process
ON_PROCESS = {"prlimit64": 0, "sched_setaffinity": 0, "sched_setattr": 0, "sched_setparam": 0, "sched_setscheduler": 0}
# the same by kind of target: only the kind "one process" stays, and it not for the agent
ON_TARGET = {"setpriority": 0, "ioprio_set": 1}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """System-call numbers of one architecture; `architecture` is the kernel's audit number for it."""

    architecture: int
    denied: dict[str, int]
    on_process: dict[str, int]
    on_target: dict[str, int]
    clone: int
    clone3: int = 435


MACHINES = {
    "x86_64": Machine(
        architecture=0xC000003E,
        denied={"unshare": 272, "mount": 165, "umount2": 166, "setns": 308},
        on_process={
            "prlimit64": 302,
            "sched_setaffinity": 203,
            "sched_setattr": 314,
            "sched_setparam": 142,
            "sched_setscheduler": 144,
        },
        on_target={"setpriority": 141, "ioprio_set": 251},
        clone=56,
    ),
    "aarch64": Machine(
        architecture=0xC00000B7,
        denied={"unshare": 97, "mount": 40, "umount2": 39, "setns": 268},
        on_process={
            "prlimit64": 261,
            "sched_setaffinity": 122,
            "sched_setattr": 274,
            "sched_setparam": 118,
            "sched_setscheduler": 119,
        },
        on_target={"setpriority": 140, "ioprio_set": 30},
        clone=220,
    ),
}
AGENT_PID = 1
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOWED = (RETURN, 0, 0, ALLOW)

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def hide_from_others() -> None:
    """Make this process not dumpable: no ptrace, no /proc/PID/mem or fd for another, not even of its own uid."""
    _check(_libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE")


def become(uid: int) -> None:
    """Turn into this uid and group for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    forbid_gaining()


def forbid_gaining() -> None:
    """No exec gains privileges from here on."""
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")


def drop_capabilities() -> None:
    """Keep no capability in any set: bounding (where we may), ambient, inheritable, permitted, effective."""
    for capability in range(LAST_CAPABILITY + 1):
        # EINVAL beyond the kernel's last, EPERM without CAP_SETPCAP: then the set is the container's, which is empty
        # but for the agent's three, and those are of no use to a uid above root's
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "PR_CAP_AMBIENT")
    keep_capabilities()


def keep_capabilities(*kept: int) -> None:
    """Keep these, all below 32, permitted and effective, and none else."""
    header, data = _Header(CAPABILITY_VERSION_3, 0), (_Data * 2)()
    data[0].effective = data[0].permitted = sum(1 << number for number in kept)
    _check(_libc.capset(ctypes.byref(header), data), "capset")


def volunteer_for_oom() -> None:
    """Be the first the kernel kills when memory runs out."""
    fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(fd, b"1000")
    os.close(fd)


def limit(*, cpu_seconds: float, file_bytes: int) -> None:
    """Set the kernel's own backstops. CPU is one second late: the agent's count comes first."""
    cpu = math.ceil(cpu_seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reset_signals() -> None:
    """Default action for what Python ignores."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


def filter_program(machine: str) -> bytes:
    """The BPF program that takes back what the container's filter leaves to the agent, and shields the agent.

    See `seccomp.agent_profile`; that of a container used once has no need of it, for there the agent is another user.

    Raises:
        OSError: no table for this machine.
    """
    if machine not in MACHINES:
        raise OSError(ENOSYS, f"no system-call table for {machine}")
    calls = MACHINES[machine]
    refuse = (RETURN, 0, 0, ERRNO | EPERM)
    lines: list[tuple[int, int, int, int]] = [
        (LOAD, 0, 0, 4),
        (JUMP_EQUAL, 1, 0, calls.architecture),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, 0),
        (JUMP_AT_LEAST, 0, 1, X32_BIT),
        (RETURN, 0, 0, KILL_PROCESS),
    ]
    for number in sorted(calls.denied.values()):
        lines += [(JUMP_EQUAL, 0, 1, number), refuse]
    lines += [(JUMP_EQUAL, 0, 1, calls.clone3), (RETURN, 0, 0, ERRNO | ENOSYS)]
    # clone's flags are its first argument on both machines; the low word holds the namespace bits
    lines += [(JUMP_EQUAL, 0, 4, calls.clone), _argument(0), (JUMP_ANY, 0, 1, NAMESPACE_FLAGS), refuse, ALLOWED]
    for name, number in calls.on_process.items():
        process = _argument(ON_PROCESS[name])
        lines += [(JUMP_EQUAL, 0, 4, number), process, (JUMP_EQUAL, 0, 1, AGENT_PID), refuse, ALLOWED]
    for name, number in calls.on_target.items():
        lines += [(JUMP_EQUAL, 0, 6, number), _argument(0), (JUMP_EQUAL, 0, 2, ON_TARGET[name])]
        lines += [_argument(1), (JUMP_EQUAL, 0, 1, AGENT_PID), refuse, ALLOWED]
    lines += [ALLOWED]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _argument(number: int) -> tuple[int, int, int, int]:
    """Load the low word of an argument; the kernel itself takes no more of a pid or of these flags."""
    return (LOAD, 0, 0, 16 + 8 * number)


def install_filter(text: bytes) -> None:
    """Install what `filter_program` made for this process and all that come from it."""
    program = _Program(len(text) // 8, text)
    _check(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0), "PR_SET_SECCOMP")

"""Fresh namespaces for one run inside a warm container: whatever the run could write is made here and dies with it."""

import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
OF_A_RUN = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
# in the order in which a process joins them: the mounts last, for they hide the others' names
KINDS = {"pid": CLONE_NEWPID, "ipc": CLONE_NEWIPC, "uts": CLONE_NEWUTS, "net": CLONE_NEWNET, "mnt": CLONE_NEWNS}
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
QUIET = MS_NOSUID | MS_NODEV | MS_NOEXEC
SCRATCH_BYTES, SCRATCH_INODES, SHARED_MEMORY_BYTES = 16 << 20, 1024, 8 << 20
WORK = "/sandbox"
# the only places where a program may write
WRITABLE = (WORK, "/tmp", "/dev/shm")  # noqa: S108
# what the engine hides from containers; it is not allowed to hide it before we have mounted a /proc of our own
HIDDEN_FILES = (
    "kcore",
    "keys",
    "latency_stats",
    "timer_list",
    "timer_stats",
    "sched_debug",
    "kpageflags",
)
HIDDEN_FOLDERS = ("acpi", "asound", "scsi")
READ_ONLY = ("bus", "fs", "irq", "sys", "sysrq-trigger")
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """mount(2).

    Raises:
        OSError: the kernel refused.
    """
    if _libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"mount {kind or source} on {target}: {os.strerror(number)}")


def new_user() -> None:
    """Leave for a user namespace of our own, keeping the uid; all capabilities there, none outside.

    Raises:
        OSError: the host does not allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    _unshare(CLONE_NEWUSER)
    # whoever gains capabilities is hidden by the kernel, even from itself
    set_dumpable(value=1)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(fd, text.encode())
        os.close(fd)


def fork_into_new_pids() -> int:
    """Fork a child that is PID 1 of a new pid namespace; 0 in the child.

    Raises:
        OSError: the kernel refused.
    """
    _unshare(CLONE_NEWPID)
    return os.fork()


def enter(namespace: int, flag: int) -> None:
    """Join the namespace of this kind that the descriptor names; for pids, our children will.

    Raises:
        OSError: the kernel refused.
    """
    if _libc.setns(namespace, flag) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")


def return_to_pids(own_pids: int) -> None:
    """Let the next child be in our own pid namespace again, which is what `own_pids` is a descriptor of.

    Raises:
        OSError: the kernel refused.
    """
    enter(own_pids, CLONE_NEWPID)


def _unshare(flags: int) -> None:
    if _libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")


def set_dumpable(*, value: int) -> None:
    """Whether others of our uid may look into this process (prctl PR_SET_DUMPABLE)."""
    _libc.prctl(4, value, 0, 0, 0)


def furnish(*, disk_bytes: int, inodes: int) -> None:
    """As PID 1 of new pids: the other namespaces, mounts over every place a program could write to, /proc, loopback.

    Raises:
        OSError: the kernel refused one of them.
    """
    _unshare(OF_A_RUN)
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    mount("tmpfs", WORK, "tmpfs", MS_NOSUID | MS_NODEV, f"size={disk_bytes},nr_inodes={inodes},mode=0700")
    mount("tmpfs", "/tmp", "tmpfs", QUIET, f"size={SCRATCH_BYTES},nr_inodes={SCRATCH_INODES},mode=1777")  # noqa: S108
    mount("tmpfs", "/dev/shm", "tmpfs", QUIET, f"size={SHARED_MEMORY_BYTES},nr_inodes=256,mode=1777")  # noqa: S108
    mount("mqueue", "/dev/mqueue", "mqueue", QUIET)
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620")
    mount("proc", "/proc", "proc", QUIET)
    _mask()
    _loopback_up()


def resize(*, disk_bytes: int, inodes: int) -> None:
    """Give the work directory another size.

    Raises:
        OSError: it holds more than that.
    """
    flags = MS_REMOUNT | MS_NOSUID | MS_NODEV
    mount("tmpfs", WORK, "tmpfs", flags, f"size={disk_bytes},nr_inodes={inodes},mode=0700")


def _mask() -> None:
    for name in HIDDEN_FILES:
        if os.path.exists(f"/proc/{name}"):  # noqa: PTH110
            mount("/dev/null", f"/proc/{name}", "", MS_BIND)
    for name in HIDDEN_FOLDERS:
        if os.path.isdir(f"/proc/{name}"):  # noqa: PTH112
            mount("tmpfs", f"/proc/{name}", "tmpfs", MS_RDONLY | QUIET, "size=0,nr_inodes=1")
    for name in READ_ONLY:
        path = f"/proc/{name}"
        if not os.path.exists(path):  # noqa: PTH110
            continue
        mount(path, path, "", MS_BIND | MS_REC)
        mount(path, path, "", MS_BIND | MS_REMOUNT | MS_RDONLY | QUIET)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("h", fcntl.ioctl(sock, SIOCGIFFLAGS, request), 16)
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))

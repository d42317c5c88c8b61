"""Our own system-call filter: nothing but what is listed here. Passed to the engine inline, as JSON text."""

import json
from typing import Any

EPERM, ENOSYS = 1, 38
NEW_NAMESPACE_FLAGS = 0x7E020000
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
PERSONALITIES = (0x0, 0x8, 0xFFFFFFFF)

# What a program must not do; the test asserts that none of these slips into ALLOWED.
DENIED_WORDS = """
acct add_key bpf chroot clock_adjtime clock_settime create_module delete_module fanotify_init fanotify_mark
finit_module fsconfig fsmount fsopen fspick get_kernel_syms init_module io_uring_enter io_uring_register
io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl landlock_add_rule lookup_dcookie
mbind migrate_pages mount mount_setattr move_mount move_pages name_to_handle_at nfsservctl open_by_handle_at
open_tree perf_event_open pidfd_getfd pivot_root process_madvise process_vm_readv process_vm_writev ptrace
query_module quotactl quotactl_fd reboot request_key set_mempolicy setdomainname sethostname setns settimeofday
swapoff swapon syslog umount umount2 unshare uselib userfaultfd ustat vhangup
"""
DENIED = frozenset(DENIED_WORDS.split())

ALLOWED_WORDS = """
accept accept4 access alarm arch_prctl bind brk capget capset chdir chmod chown clock_getres clock_gettime
clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1
epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat
faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr
flistxattr flock fork fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex futex_requeue futex_wait
futex_waitv futex_wake futimesat getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups
getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit
get_robust_list getrusage getsid getsockname getsockopt get_thread_area gettid gettimeofday getuid getxattr
inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel ioctl io_destroy io_getevents
ioprio_get ioprio_set io_setup io_submit kill lchown lgetxattr link linkat listen listxattr llistxattr
lremovexattr lseek lsetxattr lstat madvise membarrier memfd_create mincore mkdir mkdirat mknod mknodat mlock
mlock2 mlockall mmap mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink mremap
msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat open openat openat2 pause
pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll prctl pread64 preadv
preadv2 prlimit64 pselect6 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recvfrom
recvmmsg recvmsg remap_file_pages removexattr rename renameat renameat2 restart_syscall rmdir rseq
rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
rt_tgsigqueueinfo sched_getaffinity sched_getattr sched_getparam sched_get_priority_max
sched_get_priority_min sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr
sched_setparam sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop sendfile sendmmsg
sendmsg sendto setfsgid setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid setresuid
setreuid setrlimit set_robust_list setsid setsockopt set_thread_area set_tid_address setuid setxattr shmat
shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 splice stat statfs statx symlink symlinkat sync
sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete timerfd_create timerfd_gettime
timerfd_settime timer_getoverrun timer_gettime timer_settime times tkill truncate umask uname unlink unlinkat
utime utimensat utimes vfork vmsplice wait4 waitid write writev
"""
ALLOWED = tuple(sorted(ALLOWED_WORDS.split()))
FOR_NAMESPACES = ("mount", "setns", "umount2", "unshare")
# What Chromium's own sandbox makes: a trial, the zygote, and each renderer below it. No mount namespace.
BROWSER_CLONES = (NEW_USER, NEW_USER | NEW_PID | NEW_NET, NEW_PID)


def _allow(names: list[str], *args: dict[str, Any]) -> dict[str, Any]:
    return {"names": names, "action": "SCMP_ACT_ALLOW", "args": list(args)}


def _equals(index: int, value: int) -> dict[str, Any]:
    return {"index": index, "value": value, "op": "SCMP_CMP_EQ"}


def profile() -> dict[str, Any]:
    """The program's filter in the engine's format; every call not named here fails with EPERM."""
    return _profile([_allow(["clone"], _namespaces(0))])


def agent_profile() -> dict[str, Any]:
    """The filter of a warm container: the program's, and what its agent needs to make namespaces.

    The agent takes the difference back before a program starts (`agent.privilege.filter_program`).
    """
    return _profile([_allow(["clone"]), _allow(list(FOR_NAMESPACES))])


def browser_profile() -> dict[str, Any]:
    """The filter of a browser that cages its own renderers: the program's, and the few calls its sandbox is made with.

    The renderers get the browser's own, much narrower, filter on top of this one.
    """
    clones = [_allow(["clone"], _namespaces(flags)) for flags in (0, *BROWSER_CLONES)]
    return _profile([*clones, _allow(["unshare"], _equals(0, NEW_USER)), _allow(["chroot"])])


def _namespaces(flags: int) -> dict[str, Any]:
    """The first argument asks for these new namespaces, and no other."""
    return {"index": 0, "value": NEW_NAMESPACE_FLAGS, "valueTwo": flags, "op": "SCMP_CMP_MASKED_EQ"}


def _profile(more: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": EPERM,
        # one architecture each: 32-bit and x32 entry points are killed by the library's default
        "archMap": [
            {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []},
            {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": []},
        ],
        "syscalls": [
            _allow(list(ALLOWED)),
            *[_allow(["socket"], _equals(0, family)) for family in FAMILIES.values()],
            _allow(["socketpair"], _equals(0, FAMILIES["AF_UNIX"])),
            *[_allow(["personality"], _equals(0, value)) for value in PERSONALITIES],
            *more,
            # the flags of clone3 are behind a pointer; libc falls back to clone
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS, "args": []},
        ],
    }


def as_json(found: dict[str, Any]) -> str:
    """A filter as JSON text."""
    return json.dumps(found, separators=(",", ":"), sort_keys=True)

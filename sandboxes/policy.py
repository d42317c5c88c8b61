"""The whole hardening profile, in one place. A change here is a new POLICY_VERSION."""

import os
from dataclasses import dataclass
from typing import Any

from sandboxes.limits import MIB, Limits
from sandboxes.seccomp import agent_profile, as_json, browser_profile, profile

POLICY_VERSION = "4"
NAMESPACE, CONTAINER = "namespace", "container"
WORK = "/sandbox"
FIRST_UID = 10001
AGENT_FOLDER = "/opt/runarena"
HOST_NAME = "sandbox"
SOCKET_FOLDER, SOCKET_NAME = "/run/arena", "app.sock"
# of the 1024 that a container has by default
SERVED_CPU_SHARES = 512
OWNER = "runarena"
AGENT_CAPABILITIES = ("SETUID", "SETGID", "KILL")
# the agent; in a warm container also two processes that runs are forked from, and PID 1 of the run's namespaces
AGENT_PIDS, WARM_AGENT_PIDS, BRIDGE_PIDS = 1, 4, 1
# an engine without CAP_SYS_RESOURCE cannot go below zero: then the second is used
AGENT_OOM_SCORE, MODEST_OOM_SCORE = -500, 0
SCRATCH_BYTES, SCRATCH_INODES = 16 * MIB, 1024
SHARED_MEMORY_BYTES = 8 * MIB
OPEN_FILES = 1024
MAX_FILES, MAX_INPUT_BYTES, MAX_STDIN_BYTES = 256, 16 * MIB, 16 * MIB
MAX_BUILD_BYTES, MAX_PACKAGES_BYTES = 16 * MIB, 256 * MIB
MAX_ARTEFACTS, MAX_ARTEFACT_BYTES = 64, 16 * MIB
# a warm sandbox with an interpreter loaded uses this much itself; whoever asks for less gets a container of its own
WARM_MEMORY_BYTES = 64 * MIB
GRACE_SECONDS = 10.0
LABEL = "runarena."
# a warm sandbox is destroyed after so many runs or so many seconds, whatever it looks like
MAX_RUNS, MAX_AGE_SECONDS = 1000, 1800.0
# the engine must not hide parts of /proc in a warm container, or the kernel refuses a run its own; the agent hides them
HIDDEN_OUTSIDE_PROC = ("/sys/firmware", "/sys/devices/virtual/powercap")

MINIMUM = Limits(
    cpu_seconds=0.1,
    wall_seconds=0.1,
    memory_bytes=32 * MIB,
    pids=1,
    output_bytes=1,
    file_bytes=1,
    disk_bytes=1 * MIB,
    inodes=16,
)
MAXIMUM = Limits(
    cpu_seconds=600.0,
    wall_seconds=900.0,
    memory_bytes=8192 * MIB,
    pids=1024,
    output_bytes=64 * MIB,
    file_bytes=1024 * MIB,
    disk_bytes=1024 * MIB,
    inodes=100_000,
)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a sandbox runs. `deadline` is Unix time in seconds; `scope` names one set of slots, `pool` one owner."""

    slot: int
    isolation: str
    boot_id: str
    scope: str
    pool: str
    deadline: float
    runtime: str = ""
    oom_score_adj: int = AGENT_OOM_SCORE
    # the folder for the socket by which the program is asked, where it is
    socket_folder: str = ""

    @property
    def uid(self) -> int:
        """The program's user: its own in each slot, for the kernel keeps some limits per user."""
        return FIRST_UID + self.slot

    def labels(self) -> dict[str, str]:
        """What the reaper goes by."""
        return {
            LABEL + "owner": OWNER,
            LABEL + "pool": self.pool,
            LABEL + "isolation": self.isolation,
            LABEL + "boot": self.boot_id,
            LABEL + "scope": self.scope,
            LABEL + "slot": str(self.slot),
            LABEL + "deadline": f"{self.deadline:.3f}",
            LABEL + "policy": POLICY_VERSION,
        }


def tmpfs(limits: Limits, uid: int) -> dict[str, str]:
    """The writable places of a sandbox for one run: work directory and scratch, limited in bytes and inodes."""
    return {
        WORK: f"rw,exec,nosuid,nodev,size={limits.disk_bytes},nr_inodes={limits.inodes},mode=0700,uid={uid},gid={uid}",
        "/tmp": f"rw,noexec,nosuid,nodev,size={SCRATCH_BYTES},nr_inodes={SCRATCH_INODES},mode=1777",  # noqa: S108
    }


def host_config(
    limits: Limits, placement: Placement, mounts: tuple[dict[str, Any], ...] = (), *, inner_sandbox: bool = False
) -> dict[str, Any]:
    """The engine's HostConfig for one sandbox, in the engine's own words; `mounts` are read-only."""
    return {
        "NetworkMode": "none",
        "ReadonlyRootfs": True,
        "ShmSize": SHARED_MEMORY_BYTES,
        "IpcMode": "private",
        "CapDrop": ["ALL"],
        "Memory": limits.memory_bytes,
        "MemorySwap": limits.memory_bytes,
        "Ulimits": [
            {"Name": "nofile", "Soft": OPEN_FILES, "Hard": OPEN_FILES},
            {"Name": "fsize", "Soft": MAXIMUM.file_bytes, "Hard": MAXIMUM.file_bytes},
            {"Name": "core", "Soft": 0, "Hard": 0},
        ],
        # the program starts at +1000, so the kernel takes it before the agent
        "OomScoreAdj": placement.oom_score_adj,
        "LogConfig": {"Type": "none", "Config": {}},
        "AutoRemove": False,
        "RestartPolicy": {"Name": "no"},
        "Mounts": [{**mount, "ReadOnly": True} for mount in mounts] + _socket_mount(placement),
        **_by_isolation(limits, placement, inner_sandbox=inner_sandbox),
        **({"Runtime": placement.runtime} if placement.runtime else {}),
    }


def _by_isolation(limits: Limits, placement: Placement, *, inner_sandbox: bool) -> dict[str, Any]:
    if placement.isolation == CONTAINER:
        calls = browser_profile() if inner_sandbox else profile()
        return {
            "Tmpfs": tmpfs(limits, placement.uid),
            "CapAdd": list(AGENT_CAPABILITIES),
            "PidsLimit": pids_limit(limits, CONTAINER, served=bool(placement.socket_folder)),
            "SecurityOpt": ["no-new-privileges", f"seccomp={as_json(calls)}"],
            **(_for_the_served() if placement.socket_folder else {}),
        }
    return {
        # nothing in a warm container is writable: each run mounts its own
        "PidsLimit": pids_limit(limits, NAMESPACE),
        "SecurityOpt": ["no-new-privileges", f"seccomp={as_json(agent_profile())}"],
        "MaskedPaths": list(HIDDEN_OUTSIDE_PROC),
        "ReadonlyPaths": [],
    }


def _socket_mount(placement: Placement) -> list[dict[str, Any]]:
    """The one place outside that a sandbox can write to: a folder that only its agent may enter, for one socket."""
    if not placement.socket_folder:
        return []
    return [{"Type": "bind", "Source": placement.socket_folder, "Target": SOCKET_FOLDER, "ReadOnly": False}]


def _for_the_served() -> dict[str, Any]:
    """A program that stays gives way to those that run; the agent, root without the right to go anywhere, reaches the
    folder of its socket by its owner's group."""
    return {"CpuShares": SERVED_CPU_SHARES, "GroupAdd": [str(os.getgid())] if os.getgid() else []}


def pids_limit(limits: Limits, isolation: str, *, served: bool = False) -> int:
    """Processes and threads of the container: the program's and the agent's."""
    if isolation == NAMESPACE:
        return limits.pids + WARM_AGENT_PIDS
    return limits.pids + AGENT_PIDS + (BRIDGE_PIDS if served else 0)


def container_config(
    image: str,
    limits: Limits,
    placement: Placement,
    *,
    preload: str = "",
    mounts: tuple[dict[str, Any], ...] = (),
    inner_sandbox: bool = False,
) -> dict[str, Any]:
    """The engine's whole request body to create one sandbox; `preload` names the module its agent imports.

    `inner_sandbox`: its program, in a container of its own, may cage its own processes.
    """
    warm = placement.isolation == NAMESPACE
    # a module that programs are forked from needs the interpreter as programs know it: with its site packages
    flags = ["-B"] if preload else ["-I", "-S"]
    return {
        "Image": image,
        "Hostname": HOST_NAME,
        "User": f"{placement.uid}:{placement.uid}" if warm else "0:0",
        "WorkingDir": "/",
        "Env": [],
        "Entrypoint": ["/usr/bin/python3", *flags, AGENT_FOLDER],
        "Cmd": ["served" if placement.socket_folder else placement.isolation, *([preload] if preload else [])],
        "Labels": placement.labels(),
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "NetworkDisabled": True,
        "HostConfig": host_config(limits, placement, mounts, inner_sandbox=inner_sandbox),
    }

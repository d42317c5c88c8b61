"""Reads the hardening profile from inside a run and compares it with what the policy wants, flag by flag."""

import json
from dataclasses import dataclass

from sandboxes import policy
from sandboxes.errors import BackendLost
from sandboxes.limits import Limits
from sandboxes.result import Outcome
from sandboxes.runner import Runner
from sandboxes.spec import RunRequest

PROBE = r"""
import json, os, resource, socket
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
mounts = {line.split()[1]: set(line.split()[3].split(",")) for line in open("/proc/mounts")}
def tried(path):
    try:
        open(path, "w").close(); os.unlink(path); return "writable"
    except OSError:
        return "refused"
def size(path):
    found = os.statvfs(path); return found.f_blocks * found.f_frsize
found = {
    "no new privileges": status["NoNewPrivs"], "seccomp mode": status["Seccomp"],
    **{"capabilities " + s: status["Cap" + s].strip("0") for s in ("Inh", "Prm", "Eff", "Amb", "Bnd")},
    "other processes": [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())],
    "groups": " ".join(g for g in status["Groups"].split() if int(g) != os.getgid()), "is PID 1": os.getpid() == 1,
    "uid is above root's": os.getuid() >= 10001 and os.getuid() == os.getgid() == os.geteuid(),
    "root file system": "ro" if "ro" in mounts["/"] else "rw",
    **{f"mount {p}": sorted(mounts[p] & {"nosuid", "nodev", "noexec"}) for p in ("/sandbox", "/tmp", "/dev/shm")},
    **{f"size {p}": size(p) for p in ("/sandbox", "/tmp", "/dev/shm")},
    "inodes /sandbox": os.statvfs("/sandbox").f_files,
    "core size": list(resource.getrlimit(resource.RLIMIT_CORE)),
    "open files": list(resource.getrlimit(resource.RLIMIT_NOFILE)),
    "file size": list(resource.getrlimit(resource.RLIMIT_FSIZE)),
    "out-of-memory score": open("/proc/self/oom_score_adj").read().strip(),
    "host name": socket.gethostname(), "interfaces": sorted(os.listdir("/sys/class/net")),
    "environment names": sorted(os.environ), "open descriptors": sorted(os.listdir("/proc/self/fd"))[:3],
    "write to /etc": tried("/etc/x"), "write to /var/tmp": tried("/var/tmp/x"), "write to /usr": tried("/usr/x"),
    "write to /opt/runarena": tried("/opt/runarena/x"), "write to /sandbox": tried("/sandbox/x"),
    "docker socket": os.path.exists("/var/run/docker.sock") or os.path.exists("/run/docker.sock"),
    "set-user-id files": sum(bool(os.lstat(os.path.join(d, f)).st_mode & 0o6000)
        for top in ("/usr", "/opt", "/etc") for d, _, fs in os.walk(top) for f in fs),
}
print(json.dumps(found))
"""


@dataclass(frozen=True, kw_only=True)
class HardeningRow:
    """One line of the profile."""

    flag: str
    wanted: object
    found: object

    @property
    def holds(self) -> bool:
        """Whether the sandbox is as the policy says."""
        return self.wanted == self.found


def hardening_table(
    runner: Runner, *, environment: str = "python", key: str = "hardening", isolation: str = ""
) -> tuple[HardeningRow, ...]:
    """Run the probe and compare.

    Raises:
        BackendLost: the probe itself did not come through.
    """
    limits = Limits()
    request = RunRequest(
        key=key,
        environment=environment,
        files={"main.py": PROBE.encode()},
        entry="main.py",
        limits=limits,
        isolation=isolation,
    )
    result = runner.run(request)
    if result.outcome is not Outcome.SUCCEEDED:
        raise BackendLost(f"the hardening probe ended {result.outcome}: {result.stderr.data.decode(errors='replace')}")
    found, rows = json.loads(result.stdout.data), wanted(limits, result.isolation)
    return tuple(HardeningRow(flag=flag, wanted=want, found=found.get(flag)) for flag, want in rows.items())


def wanted(limits: Limits, isolation: str) -> dict[str, object]:
    """What the probe finds where the policy holds."""
    return {
        "no new privileges": "1",
        "seccomp mode": "2",
        **{f"capabilities {kind}": "" for kind in ("Inh", "Prm", "Eff", "Amb")},
        # the container's own set bounds the program where the agent may not narrow it: SETUID, SETGID, KILL
        "capabilities Bnd": "" if isolation == policy.NAMESPACE else "e",
        "other processes": [],
        "groups": "",
        "is PID 1": False,
        "uid is above root's": True,
        "root file system": "ro",
        "mount /sandbox": ["nodev", "nosuid"],
        "mount /tmp": ["nodev", "noexec", "nosuid"],
        "mount /dev/shm": ["nodev", "noexec", "nosuid"],
        "size /sandbox": limits.disk_bytes,
        "size /tmp": policy.SCRATCH_BYTES,
        "size /dev/shm": policy.SHARED_MEMORY_BYTES,
        "inodes /sandbox": limits.inodes,
        "core size": [0, 0],
        "open files": [policy.OPEN_FILES, policy.OPEN_FILES],
        "file size": [limits.file_bytes, limits.file_bytes],
        "out-of-memory score": "1000",
        "host name": policy.HOST_NAME,
        "interfaces": ["lo"],
        "open descriptors": ["0", "1", "2"],
        **{f"write to {path}": "refused" for path in ("/etc", "/var/tmp", "/usr", "/opt/runarena")},  # noqa: S108
        "write to /sandbox": "writable",
        "docker socket": False,
        "set-user-id files": 0,
    }

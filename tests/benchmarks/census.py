"""What sandboxes could leave on a machine, counted."""

from collections import Counter
from pathlib import Path

from sandboxes.recipes import connect


def census() -> dict[str, int]:
    """Containers of ours, control groups, mounts, namespaces, processes, zombies, descriptors, temporary files."""
    client = connect()
    try:
        containers = len(client.containers.list(all=True, ignore_removed=True, filters={"label": "runarena.owner"}))
    finally:
        client.close()
    states = Counter(_states())
    return {
        "containers": containers,
        "control groups": sum(1 for _ in Path("/sys/fs/cgroup").glob("*/docker/*/")),
        "mounts": len(Path("/proc/self/mountinfo").read_text().splitlines()),
        "network namespaces": len(set(_network_namespaces())),
        "processes": sum(states.values()) - states["Z"],
        "zombies": states["Z"],
        "own descriptors": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "temporary files": sum(1 for path in Path("/tmp").iterdir() if path.name.startswith("runarena-")),
    }


def difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What there is more of than before; fewer is no leftover."""
    return {name: after[name] - before[name] for name in before if after[name] > before[name]}


def _states() -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        # kernel threads come and go as they like
        if parent != "2":
            found.append(state)
    return found


def _network_namespaces() -> list[str]:
    found = []
    for link in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue
    return found

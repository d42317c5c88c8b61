"""PID 1 of a sandbox: takes one job and ends, or, warm, one job after another, each in fresh namespaces."""

import importlib.util
import json
import sys
from collections.abc import Callable
from typing import cast

from sandboxes.agent import frames, privilege, warm
from sandboxes.agent.cell import Cell, ContainerCell, kill_all
from sandboxes.agent.channel import Channel, HostGone
from sandboxes.agent.counters import Meter
from sandboxes.agent.launch import LaunchFailed, Preloaded
from sandboxes.agent.namespace_cell import Broken
from sandboxes.agent.session import Session

REFUSED_CODE = 4


def main() -> None:
    """`namespace`, `container` or `served` (a container whose program is asked things while it runs), then the path of
    a module to preload, if any."""
    level, *modules = sys.argv[1:] or ["container"]
    if level == "namespace":
        sys.exit(be_warm((lambda: preload(modules[0])) if modules else None))
    privilege.hide_from_others()
    preloaded = preload(modules[0]) if modules else None
    if preloaded is not None:
        preloaded.settle(common=False)
    code = serve(ContainerCell(preloaded, load_bridge() if level == "served" else None))
    kill_all()
    sys.exit(code)


def be_warm(load: Callable[[], Preloaded] | None) -> int:
    """Serve one job after another, each in namespaces of its own; the code to exit with."""
    try:
        return warm.serve_forever(serve, load)
    except OSError as why:
        return refuse(Channel(0, 1), f"no namespaces: {why}")


def serve(cell: Cell) -> int:
    """Serve one job over standard input and output; the code to exit with.

    Raises:
        Broken: a process of the sandbox itself is gone.
    """
    channel = Channel(0, 1)
    try:
        channel.send(frames.READY, json.dumps({"memory_bytes": Meter().memory_bytes()}).encode())
        Session(channel, cell).serve()
        channel.until_bye()
    except HostGone:
        return warm.EXIT_HOST_GONE
    except Broken:
        raise
    except (LaunchFailed, OSError) as why:
        return refuse(channel, str(why))
    return 0


def load_bridge() -> Callable[[int], int]:
    """What opens the way to a program's port; loaded before there is a job, and only where one will be needed."""
    from sandboxes.agent import bridge

    return bridge.start


def refuse(channel: Channel, why: str) -> int:
    """Tell the host that the run could not start."""
    channel.send(frames.REFUSED, why.encode(errors="replace")[:1000])
    try:
        channel.drain()
    except HostGone:
        return warm.EXIT_HOST_GONE
    return REFUSED_CODE


def preload(path: str) -> Preloaded:
    """Import the environment's module by its path.

    Raises:
        ImportError: there is no such module.
    """
    spec = importlib.util.spec_from_file_location("runarena_preload", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Preloaded", module)

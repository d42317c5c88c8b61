"""PID 1 of a sandbox: takes one job and ends, or, warm, one job after another, each in fresh namespaces."""

import importlib.util
import json
import sys

from sandboxes.agent import frames, privilege, warm
from sandboxes.agent.cell import Cell, ContainerCell, LaunchFailed, NamespaceCell
from sandboxes.agent.channel import Channel, HostGone
from sandboxes.agent.counters import Meter
from sandboxes.agent.launch import Preloaded
from sandboxes.agent.session import Session
from sandboxes.agent.supervise import kill_everyone

REFUSED_CODE = 4


def main() -> None:
    """`namespace` or `container`, then the path of a module to preload, if any."""
    level, *modules = sys.argv[1:] or ["container"]
    preloaded = preload(modules[0]) if modules else None
    if level == "namespace":
        sys.exit(be_warm(preloaded))
    privilege.hide_from_others()
    code = serve(ContainerCell, preloaded)
    kill_everyone()
    sys.exit(code)


def be_warm(preloaded: Preloaded | None) -> int:
    """Serve one job after another, each in namespaces of its own; the code to exit with."""
    try:
        return warm.serve_forever(lambda: serve(NamespaceCell, preloaded))
    except OSError as why:
        return refuse(Channel(0, 1), f"no namespaces: {why}")


def serve(make_cell: type[NamespaceCell] | type[ContainerCell], preloaded: Preloaded | None) -> int:
    """Serve one job over standard input and output; the code to exit with."""
    channel = Channel(0, 1)
    try:
        cell: Cell = make_cell()
        channel.send(frames.READY, json.dumps({"memory_bytes": Meter().memory_bytes()}).encode())
        Session(channel, cell, preloaded).serve()
        channel.until_bye()
    except HostGone:
        return warm.EXIT_HOST_GONE
    except (LaunchFailed, OSError) as why:
        return refuse(channel, str(why))
    return 0


def refuse(channel: Channel, why: str) -> int:
    """Tell the host that the run could not start."""
    channel.send(frames.REFUSED, why.encode(errors="replace")[:1000])
    try:
        channel.drain()
    except HostGone:
        return warm.EXIT_HOST_GONE
    return REFUSED_CODE


def preload(path: str) -> Preloaded:
    """Import the environment's module by its path; it offers `run(argv) -> exit code`.

    Raises:
        ImportError: there is no such module.
    """
    spec = importlib.util.spec_from_file_location("runarena_preload", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    run: Preloaded = module.run
    return run

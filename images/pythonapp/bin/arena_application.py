"""Runs a Python file that is a web application, and sees to it that it serves.

An application that its file only defines is started; a file that neither serves nor defines one fails and says so.
A framework that loads slowly may be loaded beforehand, by an agent that calls `settle`, then forks a child for the
application, and there calls `prepare` of `arena_program` and `run`.
"""

import importlib
import os
import socket
import sys
import threading

import arena_main
import arena_program

HOST = "127.0.0.1"
PORT = int(os.environ.get("PORT") or "8000")
_listening = threading.Event()
# what was loaded beforehand; empty in an interpreter of the program's own
_loaded = set()


def settle(*names):
    """In the process that children are forked from: load these modules, forget the agent."""
    for name in names:
        importlib.import_module(name)
    arena_program.settle(common=False)
    _loaded.update(sys.modules)


def is_shadowed():
    """Whether the program has a file of the name of something that was loaded beforehand; it wants its own, then."""
    names = (entry.name.removesuffix(".py") for entry in os.scandir("."))
    return any(name in _loaded for name in names)


def run(argv, *, patch, start, wanted):
    """Run the file `argv[0]`; the exit code.

    `patch()` is called before, `start(names)` with the file's names when it has ended: it starts what the file has
    defined, or waits for what it has begun to serve. `wanted` says what it looks for.
    """

    def before():
        _notice_listening()
        patch()

    code = arena_main.run(argv, before=before, after=start)
    if code == 0 and not served():
        print(f"Nothing was served: {os.path.basename(argv[0])} ended without {wanted}.", file=sys.stderr, flush=True)
        return 1
    return code


def served():
    """Whether something of this process has listened on a port."""
    return _listening.is_set()


def first(names, preferred, kind):
    """The application among a module's names: one of the preferred names, else the last of this kind; or None."""
    found = {name: value for name, value in names.items() if isinstance(value, kind)}
    return next((found[name] for name in preferred if name in found), next(reversed(found.values()), None))


def _notice_listening():
    listen = socket.socket.listen

    def listen_and_note(self, *backlog):
        listen(self, *backlog)
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _listening.set()

    socket.socket.listen = listen_and_note

"""Keeps the pages of a process that is forked from again and again shared with its children.

A fork copies a page when somebody writes to it, and Python writes to an object whenever it is looked at: it counts the
references. The interpreter leaves the count of an immortal object alone (PEP 683), so before the first fork everything
that is there is made immortal. Nothing of it is ever freed, which is as well: it is needed until the container ends.
"""

import ctypes
import gc
import sys
import sysconfig
import types

IMMORTAL = 0xFFFFFFFF
COUNTED = ctypes.sizeof(ctypes.c_void_p) == 8 and not sysconfig.get_config_var("Py_GIL_DISABLED")
VERSIONS = {(3, 12), (3, 13)}
# members of a code object that the collector does not see; the others are made anew by whoever asks
CODE_PARTS = ("co_consts", "co_names", "co_linetable", "co_exceptiontable", "co_filename", "co_name", "co_qualname")


def immortalise() -> int:
    """Make every object there is immortal and hide it from the collector; how many, 0 where the layout is unknown."""
    if not COUNTED or sys.version_info[:2] not in VERSIONS or sys.implementation.name != "cpython":
        return 0
    # what is frozen is hidden from us as it is from the collector
    gc.unfreeze()
    gc.collect()
    things = _everything()
    for thing in things:
        ctypes.c_uint32.from_address(id(thing)).value = IMMORTAL
    gc.freeze()
    return len(things)


def _everything() -> list[object]:
    """All objects that can be reached from those the collector knows, held so that none goes meanwhile."""
    found: list[object] = []
    waiting = gc.get_objects()
    seen = {id(found), id(waiting)}
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, types.FrameType):
            continue
        seen.add(id(thing))
        found.append(thing)
        waiting += gc.get_referents(thing)
        if isinstance(thing, types.CodeType):
            waiting += [getattr(thing, name) for name in CODE_PARTS]
    return found

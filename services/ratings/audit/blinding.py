"""A report that anybody may read: contenders whose standing is not shown yet have no name in it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

A_PRIVATE_CONTENDER = "a private contender"
_OURS = frozenset({"method", "month"})
"""Fields of our own words, in which a contender's name can only stand by accident."""

V = TypeVar("V")


def blinded(report: V, *, private: Collection[str], known: Collection[str]) -> V:
    """The same report (a tree of dataclasses) with the names in `private` replaced wherever they stand.

    `known` are all contenders: a public name that contains a private one stays what it is.
    """
    hidden = frozenset(name for name in private if name)
    if not hidden:
        return report
    names = sorted({name for name in known if name} | hidden, key=lambda name: (-len(name), name))
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")

    def said(text: str) -> str:
        return pattern.sub(lambda found: A_PRIVATE_CONTENDER if found[0] in hidden else found[0], text)

    def walk(value: Any) -> Any:
        if type(value) is str:
            return said(value)
        if isinstance(value, tuple):
            return tuple(walk(item) for item in value)
        if isinstance(value, Mapping):
            return {key: walk(item) for key, item in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            ours = [field.name for field in fields(value) if field.name not in _OURS]
            return replace(value, **{name: walk(getattr(value, name)) for name in ours})
        return value

    return cast("V", walk(report))

"""Decides whether a request may run at all."""

import re
from collections.abc import Iterable
from dataclasses import asdict

from sandboxes import policy
from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits
from sandboxes.spec import RunRequest

ENV_NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")
OWN_ENV = frozenset({"PATH", "HOME", "LANG", "TMPDIR", "USER", "SHELL"})
MAX_NAME, MAX_PATH, MAX_WORDS_BYTES = 255, 1024, 64 * 1024


def admit(request: RunRequest, *limits: Limits) -> None:
    """Return if every rule holds for the request and for each stage's limits.

    Raises:
        InvalidRun: names the first rule that does not.
    """
    check_paths(request.files)
    if request.entry not in request.files:
        raise InvalidRun(f"the entry {request.entry!r} is not among the files", where="entry")
    if len(request.files) > policy.MAX_FILES:
        raise InvalidRun(f"{len(request.files)} files; at most {policy.MAX_FILES}", where="files")
    if sum(map(len, request.files.values())) > min(policy.MAX_INPUT_BYTES, *(found.disk_bytes for found in limits)):
        raise InvalidRun("the files are larger than the sandbox takes", where="files")
    if len(request.stdin) > policy.MAX_STDIN_BYTES:
        raise InvalidRun(f"the input is {len(request.stdin)} bytes; at most {policy.MAX_STDIN_BYTES}", where="stdin")
    _check_words(request)
    for found in limits:
        _check_limits(found)
    if request.isolation == policy.NAMESPACE and not fits_warm(*limits):
        least = policy.WARM_MEMORY_BYTES
        raise InvalidRun(f"level {policy.NAMESPACE} takes at least memory_bytes = {least}", where="limits")


def fits_warm(*limits: Limits) -> bool:
    """Whether a warm sandbox can have these limits and still do its own work."""
    return all(found.memory_bytes >= policy.WARM_MEMORY_BYTES for found in limits)


def check_paths(paths: Iterable[str]) -> None:
    """Every path is a relative POSIX path that stays inside, in one spelling, and none is a folder of another.

    Raises:
        InvalidRun: names the first that is not.
    """
    taken = set(paths)
    for path in taken:
        parts = path.split("/")
        if not path or any(part in {"", ".", ".."} for part in parts):
            raise InvalidRun(f"file name {path[:80]!r} is empty, absolute, or not in its plain form", where="files")
        if any(ord(char) < 32 or char == "\\" for char in path):
            raise InvalidRun(f"file name {path[:80]!r} holds a control character or a backslash", where="files")
        try:
            sizes = [len(part.encode()) for part in parts]
        except UnicodeEncodeError as error:
            raise InvalidRun(f"file name {path[:80]!r} is not Unicode text", where="files") from error
        if max(sizes) > MAX_NAME or sum(sizes) + len(parts) > MAX_PATH:
            raise InvalidRun(f"file name {path[:80]!r}... is too long", where="files")
        if any("/".join(parts[:depth]) in taken for depth in range(1, len(parts))):
            raise InvalidRun(f"file name {path[:80]!r} goes through another file", where="files")


def _check_words(request: RunRequest) -> None:
    words = [*request.args, *request.env.values()]
    if any("\0" in word for word in words):
        raise InvalidRun("an argument or environment value holds a NUL", where="args")
    if sum(len(word) for word in words) > MAX_WORDS_BYTES:
        raise InvalidRun("arguments and environment are too long", where="args")
    for name in request.env:
        if not ENV_NAME.match(name) or name in OWN_ENV or name.startswith("LD_"):
            raise InvalidRun(f"environment name {name[:80]!r} is not allowed", where="env")


def _check_limits(limits: Limits) -> None:
    lowest, highest = asdict(policy.MINIMUM), asdict(policy.MAXIMUM)
    for name, value in asdict(limits).items():
        if not lowest[name] <= value <= highest[name]:
            raise InvalidRun(f"{name} = {value} is not between {lowest[name]} and {highest[name]}", where="limits")

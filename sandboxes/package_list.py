"""What an install stage says it fetched: names, versions, digests of the archives."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter, ValidationError

from sandboxes.errors import InvalidRun
from sandboxes.result import InstalledPackage

MAX_LIST_BYTES, MAX_PACKAGES, MAX_WORD = 2 * 1024 * 1024, 5000, 300
_LIST = TypeAdapter(list[InstalledPackage])


def read_list(data: bytes) -> tuple[InstalledPackage, ...]:
    """The packages in this JSON list of objects, sorted, each once.

    Raises:
        InvalidRun: it is none, or too large.
    """
    try:
        if len(data) > MAX_LIST_BYTES:
            raise InvalidRun("the list of installed packages is too large")
        found = set(_LIST.validate_json(data, strict=True))
    except (ValidationError, RecursionError) as error:
        raise InvalidRun("the list of installed packages is broken") from error
    if len(found) > MAX_PACKAGES or any(len(word) > MAX_WORD for one in found for word in asdict(one).values()):
        raise InvalidRun("the list of installed packages is too large")
    return tuple(sorted(found, key=lambda one: (one.name, one.version, one.digest)))


def write_list(packages: Sequence[InstalledPackage]) -> bytes:
    """The list as it is kept."""
    return json.dumps([asdict(one) for one in packages], indent=1).encode()

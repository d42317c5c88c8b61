"""How commands speak: results on stdout, everything else on stderr."""

import json
import re
import sys
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console

SCHEMA_VERSION = 1
PIPE_COLUMNS = 140
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """`text` without control characters: what a program or model wrote must not drive the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def results() -> Console:
    """The console for results; what is written into a file or a pipe has room."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_COLUMNS)


def progress() -> Console:
    """The console for progress and messages."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(kind: str, value: Any) -> None:
    """One JSON document on stdout: `schema_version`, `kind`, `data`."""
    data = TypeAdapter(type(value)).dump_python(value, mode="json")
    document = {"schema_version": SCHEMA_VERSION, "kind": kind, "data": data}
    print(json.dumps(document, indent=2, ensure_ascii=False))  # noqa: T201  this is what the command is for

"""Which environment runs a program that was given as files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from services.errors import InvalidRequest


def choose(
    files: Mapping[str, bytes],
    known: Sequence[tuple[str, Sequence[str], str]],
    *,
    environment: str = "",
    entry: str = "",
) -> tuple[str, str]:
    """Environment and entry; `known` are names with their extensions and usual entries.

    Raises:
        InvalidRequest: no environment is named, and none is known by the file's extension.
    """
    name = entry or next(iter(files))
    entries = {found: usual for found, _, usual in known}
    by_end = (found for found, ends, _ in known if Path(name).suffix.lower() in ends)
    chosen = environment or next(by_end, "")
    if not chosen:
        raise InvalidRequest(
            f"No environment runs {name}.",
            hint="Name one with --environment; pages, apps and games: arena sandbox open.",
        )
    usual = entries.get(chosen, "")
    return chosen, usual if not entry and usual in files else name

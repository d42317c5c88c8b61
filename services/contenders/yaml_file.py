"""Read models.yaml so that every complaint names the file and the line."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from services.contenders.entry import ModelEntry
from services.errors import ConfigurationError

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
_ENTRIES: TypeAdapter[dict[Name, ModelEntry]] = TypeAdapter(dict[Name, ModelEntry])
_HINT = "docs/howto/plug-in-a-model.md shows every field."
_Place = tuple[Hashable, ...]


def read_entries(path: Path) -> Mapping[str, ModelEntry]:
    """The contenders of the file by name, in its order.

    Raises:
        ConfigurationError: unreadable, bad YAML, a duplicate name, an unknown field or a wrong value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.", hint="Check the path to models.yaml.") from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines = _lines(path, root)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}:{line}: not valid YAML: {error.problem}.", hint=_HINT) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {error}.", hint=_HINT) from error
    return _validated(path, data, lines)


def _validated(path: Path, data: object, lines: Mapping[_Place, int]) -> Mapping[str, ModelEntry]:
    if not isinstance(data, dict) or not data:
        raise ConfigurationError(f"{path}:1: the file is a mapping of contender names to settings.", hint=_HINT)
    try:
        return _ENTRIES.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = tuple(part for part in first["loc"] if part != "[key]")
        dotted = ".".join(str(part) for part in place)
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{path}:{_line(lines, place)}: {dotted}: {message}.", hint=_HINT) from None


def _line(lines: Mapping[_Place, int], place: Sequence[Hashable]) -> int:
    """The line of the place, or of the nearest thing around it that the file names."""
    for length in range(len(place), 0, -1):
        if tuple(place[:length]) in lines:
            return lines[tuple(place[:length])]
    return 1


def _lines(path: Path, node: yaml.Node | None, place: _Place = ()) -> dict[_Place, int]:
    """Line (from 1) of every key and item. Refuses a key that stands twice in one mapping."""
    found: dict[_Place, int] = {}
    children: list[tuple[Hashable, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(key.value, key, value) for key, value in node.value if isinstance(key.value, str)]
    elif isinstance(node, yaml.SequenceNode):
        children = [(index, item, item) for index, item in enumerate(node.value)]
    for key, key_node, value in children:
        here = (*place, key)
        line = key_node.start_mark.line + 1
        if here in found:
            raise ConfigurationError(
                f"{path}:{line}: {key} stands here twice (first in line {found[here]}).", hint=_HINT
            )
        found |= {here: line} | _lines(path, value, here)
    return found

"""Reads a camera's answer. The camera is ours, the page it looked at is not: nothing is taken on trust."""

import json
import struct
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sandboxes.errors import BackendLost
from sandboxes.png_check import png_size
from sandboxes.screenshots import PageReport, Picture, Plan, Shots

LENGTH = struct.Struct(">I")
MAX_BYTES = 24 * 1024 * 1024
MAX_REPORT_BYTES = 2 * 1024 * 1024
MAX_PICTURE_BYTES, MAX_THUMBNAIL_BYTES = 3 * 1024 * 1024, 1024 * 1024
MAX_WIDTH, MAX_HEIGHT = 1280, 4000
THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT = 320, 1000


class _Small(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    width: Annotated[int, Field(ge=1, le=THUMBNAIL_WIDTH)]
    height: Annotated[int, Field(ge=1, le=THUMBNAIL_HEIGHT)]
    bytes: Annotated[int, Field(ge=1, le=MAX_THUMBNAIL_BYTES)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    width: Annotated[int, Field(ge=1, le=MAX_WIDTH)]
    height: Annotated[int, Field(ge=1, le=MAX_HEIGHT)]
    bytes: Annotated[int, Field(ge=1, le=MAX_PICTURE_BYTES)]
    at_seconds: Annotated[float, Field(ge=0, le=1000)]
    blank: bool
    thumbnail: _Small


_OBJECT = TypeAdapter(dict[str, Any])
_ENTRIES = TypeAdapter(list[_Entry])


def read_answer(data: bytes, plan: Plan) -> Shots:
    """The pictures and the report in these bytes.

    Raises:
        BackendLost: they are not an answer to this plan; says how.
    """
    try:
        facts, rest = _report(data)
        entries = _ENTRIES.validate_python(facts.pop("pictures", None))
        report = PageReport.model_validate(facts)
        _check_plan(plan, report, [entry.name for entry in entries])
        return Shots(pictures=_pictures(entries, rest), report=report)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BackendLost(f"the camera's answer is not as it should be: {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise BackendLost(f"the camera's answer is not as it should be: {error}") from error


def _report(data: bytes) -> tuple[dict[str, Any], memoryview]:
    if len(data) > MAX_BYTES + MAX_REPORT_BYTES + LENGTH.size:
        raise ValueError("it is too long")
    if len(data) < LENGTH.size:
        raise ValueError("it is too short")
    (length,) = LENGTH.unpack_from(data)
    end = LENGTH.size + length
    if length > MAX_REPORT_BYTES or end > len(data):
        raise ValueError("its report is too long")
    facts = _OBJECT.validate_python(json.loads(data[LENGTH.size : end]))
    return facts, memoryview(data)[end:]


def _check_plan(plan: Plan, report: PageReport, taken: list[str]) -> None:
    left_out = [left.name for left in report.left_out]
    if report.kind != plan.kind:
        raise ValueError("it is of another kind")
    if sorted(taken + left_out) != sorted(plan.names) or taken != [name for name in plan.names if name in taken]:
        raise ValueError("its pictures are not those of the plan")


def _pictures(entries: list[_Entry], rest: memoryview) -> tuple[Picture, ...]:
    found, at = [], 0
    for entry in entries:
        png, small = bytes(rest[at : at + entry.bytes]), entry.thumbnail
        at += entry.bytes
        thumbnail = bytes(rest[at : at + small.bytes])
        at += small.bytes
        if png_size(png) != (entry.width, entry.height) or png_size(thumbnail) != (small.width, small.height):
            raise ValueError(f"picture {entry.name} has another size than it says")
        found.append(
            Picture(
                name=entry.name,
                png=png,
                width=entry.width,
                height=entry.height,
                thumbnail=thumbnail,
                thumbnail_width=small.width,
                thumbnail_height=small.height,
                at_seconds=entry.at_seconds,
                blank=entry.blank,
            )
        )
    if at != len(rest):
        raise ValueError("there are bytes that belong to no picture")
    return tuple(found)

"""What pages are sent: forms and ids in paths."""

import re
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from services.errors import InvalidRequest, NotFound

# a program of the most files there may be, with a path and a text each, and what goes with it
MAX_FIELDS = 600
ID = re.compile(r"[0-9a-f]{32}")


async def form_fields(request: Request) -> dict[str, list[str]]:
    """All values of all fields of a posted form (URL-encoded), in order.

    Raises:
        InvalidRequest: it is not such a form.
    """
    try:
        text = (await request.body()).decode("utf-8")
        return parse_qs(text, errors="strict", max_num_fields=MAX_FIELDS, keep_blank_values=True)
    except ValueError:
        raise InvalidRequest("The form cannot be read.") from None


async def first_values(request: Request) -> dict[str, str]:
    """The first value of each field that has one.

    Raises:
        InvalidRequest: it is not such a form.
    """
    return {name: values[0] for name, values in (await form_fields(request)).items()}


def battle_id_of(battle_id: str) -> str:
    """The id, if it can be one.

    Raises:
        NotFound: it can't.
    """
    if not ID.fullmatch(battle_id):
        raise NotFound("There is no such battle.")
    return battle_id


Form = Annotated[dict[str, str], Depends(first_values)]
Fields = Annotated[dict[str, list[str]], Depends(form_fields)]
KnownId = Annotated[str, Depends(battle_id_of)]

"""Posted forms."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from services.errors import InvalidRequest


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a posted form (URL-encoded), the first value of each.

    Raises:
        InvalidRequest: it is not such a form.
    """
    try:
        fields = parse_qs((await request.body()).decode("utf-8"), errors="strict", max_num_fields=20)
    except ValueError:
        raise InvalidRequest("The form cannot be read.") from None
    return {name: values[0] for name, values in fields.items()}


Form = Annotated[dict[str, str], Depends(form_fields)]

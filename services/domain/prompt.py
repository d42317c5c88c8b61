"""What a person may ask: the rules a prompt has to meet."""

from services.errors import InvalidRequest

MAX_PROMPT_BYTES = 64 * 1024
ERASED = "[deleted on request]"
"""What stands in the place of a prompt that somebody wanted to be deleted."""


def check_prompt(text: str) -> str:
    """The prompt without surrounding white space.

    Raises:
        InvalidRequest: it is empty, longer than 64 KiB as UTF-8, or holds NUL or lone surrogates.
    """
    cleaned = text.strip()
    if not cleaned:
        raise InvalidRequest("The prompt is empty.", hint="Write what the contenders should build.")
    if "\x00" in cleaned:
        raise InvalidRequest("The prompt holds a NUL character.", hint="Remove it and send again.")
    try:
        size = len(cleaned.encode("utf-8"))
    except UnicodeEncodeError:
        raise InvalidRequest(
            "The prompt is not valid Unicode text.", hint="Remove lone surrogate code points."
        ) from None
    if size > MAX_PROMPT_BYTES:
        raise InvalidRequest(
            f"The prompt is {size:,} bytes long; at most {MAX_PROMPT_BYTES:,} are taken.",
            hint="Shorten it, or describe the material instead of pasting it.",
        )
    return cleaned

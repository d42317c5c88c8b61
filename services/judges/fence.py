"""Keep text that somebody else wrote from speaking as the judge's prompt."""

import hashlib
import re
from collections.abc import Sequence

_FENCE = re.compile(r"<<<(?=\s*(?:TASK|FIRST|SECOND|RUN|STDOUT|STDERR|END)\b)", re.IGNORECASE)
_CHAT_TOKEN = re.compile(r"<(?=\|[^\s|<>]{1,40}\|>)|<(?=/?(?:start|end)_of_turn>)|<(?=</?SYS>>)|\[(?=/?INST\])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def neutralise(text: str) -> str:
    """The text with look-alikes of our fences and of chat control tokens broken up by a space.

    A local server reads such tokens in a message as the end of that message, so a fence alone does not hold
    them. Control characters, direction overrides and lone surrogates become U+FFFD.
    """
    plain = _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))
    return _CHAT_TOKEN.sub(lambda found: found[0] + " ", _FENCE.sub("< < <", plain))


def clip(text: str, limit_chars: int) -> str:
    """At most `limit_chars` of the text, two thirds from its start and the rest from its end, the cut marked."""
    if len(text) <= limit_chars:
        return text
    tail = limit_chars // 3
    dropped = len(text) - limit_chars
    return f"{text[: limit_chars - tail]}\n[... {dropped} characters left out ...]\n{text[len(text) - tail :]}"


def mark_for(texts: Sequence[str]) -> str:
    """A delimiter that stands in none of the texts: a hash of them all, the same at every call."""
    counter = 0
    while True:
        seed = hashlib.sha256(str(counter).encode())
        for text in texts:
            seed.update(hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).digest())
        mark = seed.hexdigest()[:6]
        if not any(mark in text for text in texts):
            return mark
        counter += 1

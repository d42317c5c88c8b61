"""Which app a request is for: the token in the host's name."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[a-z2-7]{26,52}")
_HOST = re.compile(r"([a-z0-9.-]{1,253})(?::([0-9]{1,5}))?")


@dataclass(frozen=True, kw_only=True)
class Address:
    """A host of the preview: of the app `token`, or, where that is empty, of the preview itself.

    `host` is as the browser wrote it, with its port if it has one, and safe to put into a header.
    """

    host: str
    token: str


def is_token(text: str) -> bool:
    """Whether this may be an app's token, and is one DNS label."""
    return _TOKEN.fullmatch(text) is not None


def address_of(host: bytes, domain: str) -> Address | None:
    """Where this Host header leads; None if nowhere.

    Browsers write names in lower case and without a dot at the end; nothing else is taken, so each app has one origin.
    """
    match = _HOST.fullmatch(host.decode("ascii", "replace"))
    if match is None or not 0 < int(match[2] or 80) < 65_536:
        return None
    name = match[1]
    if name == domain:
        return Address(host=match[0], token="")
    label, _, rest = name.partition(".")
    return Address(host=match[0], token=label) if rest == domain and is_token(label) else None

"""Finds the addresses of content networks in text and makes them addresses of local copies."""

import re
from collections.abc import Callable

from sandboxes.preview.cdn_hosts import HOSTS, PREFIX

# Called with `host/path?query` of an address that was rewritten.
Seen = Callable[[str], None]

_HOST = "|".join(re.escape(host) for host in sorted(HOSTS, key=lambda host: (-len(host), host)))
# A slash may be escaped, as JSON within scripts has it. What follows the host ends it: no longer name, port or user.
_NAMED = rf"(?:\\?/){{2}}({_HOST})(?![\w.:@%-])"
_ADDRESS = rf"(?:https?:)?{_NAMED}"
# In code an address begins a string; in style sheets and pages within strings it follows `(` or `=` too, where without
# its scheme it could be a comment of the code around.
_IN_SCRIPT = re.compile(rf"(?:(?<=[\"'`])(?:https?:)?|(?<=[(=])https?:){_NAMED}", re.IGNORECASE)
_IN_STYLE = re.compile(rf"(?<=[\"'(]){_ADDRESS}", re.IGNORECASE)
_IN_ESCAPED_PAGE = re.compile(rf"(?<=[\"'`(=;]){_ADDRESS}", re.IGNORECASE)
_AT_START = re.compile(rf"\s*{_ADDRESS}", re.IGNORECASE)
_IN_LIST = re.compile(rf"(?:(?<=[\s,])|^){_ADDRESS}", re.IGNORECASE)
_REST = re.compile(r"[^\s\"'`()<>\\]{0,2000}")


def script(text: str, seen: Seen = lambda _: None) -> str:
    """Rewrite the addresses in a script."""
    return _IN_SCRIPT.sub(lambda match: _local(match, text, seen), text)


def style(text: str, seen: Seen = lambda _: None) -> str:
    """Rewrite the addresses in a style sheet."""
    return _IN_STYLE.sub(lambda match: _local(match, text, seen), text)


def escaped_page(text: str, seen: Seen = lambda _: None) -> str:
    """Rewrite the addresses in a page that stands in an attribute."""
    return _IN_ESCAPED_PAGE.sub(lambda match: _local(match, text, seen), text)


def whole(text: str, seen: Seen = lambda _: None) -> str:
    """Rewrite a text that is one address and nothing else."""
    match = _AT_START.match(text)
    return _local(match, text, seen) + text[match.end() :] if match else text


def candidates(text: str, seen: Seen = lambda _: None) -> str:
    """Rewrite the addresses in a list of pictures (`srcset`)."""
    return _IN_LIST.sub(lambda match: _local(match, text, seen), text)


def _local(match: re.Match[str], text: str, seen: Seen) -> str:
    host = match[1].lower()
    rest = _REST.match(text, match.end())
    seen(host + (rest[0] if rest else ""))
    return PREFIX + host

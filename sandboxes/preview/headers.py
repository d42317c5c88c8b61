"""Which headers pass, and how they are changed on the way."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding "
    b"upgrade http2-settings expect".split()
)
# who asks, which is no app's business; what the preview says itself; what makes an answer one that cannot be rewritten
_NOT_TO_APP = _HOP_BY_HOP | frozenset(
    b"accept-encoding forwarded via x-real-ip x-client-ip x-cluster-client-ip true-client-ip cf-connecting-ip "
    b"fastly-client-ip content-length service-worker service-worker-navigation-preload alt-used cookie referer".split()
)
_ARENA_COOKIE = re.compile(rb"__(host|secure)-arena|arena_session\Z", re.IGNORECASE)
_WEBSOCKET = frozenset(
    b"sec-websocket-key sec-websocket-version sec-websocket-protocol sec-websocket-extensions".split()
)
# What a page needs. Whatever is not here and does not begin with a prefix below is left out: a browser may one day give
# it a meaning that reaches beyond the page.
_TO_BROWSER = frozenset(
    b"accept-ranges age allow cache-control content-disposition content-encoding content-language content-range "
    b"content-type cross-origin-embedder-policy cross-origin-opener-policy date etag expires last-modified pragma "
    b"retry-after server-timing vary".split()
)
_PREFIXES = (b"x-", b"hx-", b"turbo-")
_NOT_X = re.compile(
    rb"x-(dns-prefetch-control|frame-options|source-?map|.*content-security-policy|webkit-.*|xss-.*|arena.*|accel-.*)"
)
# directives of an app's own policy that speak to others, or would keep the arena from showing it
_DROPPED_DIRECTIVES = re.compile(rb"(report-uri|report-to|frame-ancestors)\b", re.IGNORECASE)
_COOKIE_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


def to_app(headers: Iterable[tuple[bytes, bytes]], *, host: str, scheme: str, websocket: bool) -> Headers:
    """The request's headers as the app gets them, without those of its body's framing."""
    listed = list(headers)
    nominated = _nominated(listed)
    kept: Headers = []
    for name, value in listed:
        if name == b"cookie":
            kept += [(name, cookies)] if (cookies := _without_arena_cookies(value)) else []
        elif name == b"referer":
            # where the arena's page is, is no app's business
            kept += [(name, value)] if value.startswith(f"{scheme}://{host}/".encode()) else []
        elif name.startswith(b"x-forwarded") or name in _NOT_TO_APP or name in nominated:
            continue
        elif websocket or name not in _WEBSOCKET:
            kept.append((name, value))
    kept.append((b"accept-encoding", b"identity"))
    kept.append((b"x-forwarded-host", host.encode()))
    kept.append((b"x-forwarded-proto", scheme.encode()))
    kept += [(b"connection", b"Upgrade"), (b"upgrade", b"websocket")] if websocket else [(b"connection", b"close")]
    return kept


def to_browser(headers: Iterable[tuple[bytes, bytes]], *, is_html: bool) -> Headers:
    """The answer's headers as the browser gets them, without framing, Location and what the preview says itself."""
    listed = list(headers)
    nominated = _nominated(listed)
    kept: Headers = []
    for name, value in listed:
        if name in nominated:
            continue
        if name == b"set-cookie":
            kept += [(name, cookie)] if (cookie := _own_cookie(value)) else []
        elif name == b"content-security-policy":
            kept += [(name, policy)] if (policy := _tightening(value)) else []
        elif name in _TO_BROWSER or (name.startswith(_PREFIXES) and not _NOT_X.fullmatch(name)):
            kept.append((name, value))
    if is_html:
        changing = {b"cache-control", b"expires", b"pragma", b"etag", b"last-modified", b"age"}
        kept = [(name, value) for name, value in kept if name not in changing]
        kept.append((b"cache-control", b"no-store"))
    return kept


def location(value: bytes, *, host: str, scheme: str) -> bytes | None:
    """Where a redirect within the app leads, without its host; empty if it leads to another site, None if nowhere.

    The preview itself never follows one.
    """
    try:
        text = value.decode("ascii").strip()
        parts = urlsplit(text)
        named = parts.netloc
    except ValueError:
        return None
    # browsers read a backslash as a slash, and nothing that is no printable character
    if "\\" in text or not text.isprintable():
        return None
    if not parts.scheme and not named:
        # three slashes lead to another site, too
        return None if text.startswith("//") else text.encode() or None
    if (parts.scheme or scheme) not in {"http", "https"} or not named:
        return None
    if named == host:
        rest = text.partition("//")[2][len(named) :]
        return rest.encode() if rest.startswith("/") and not rest.startswith("//") else b"/" + rest.lstrip("/").encode()
    return b""


def value_of(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    """The first header of this name; empty if there is none."""
    return next((value for name, value in headers if name == wanted), b"")


def words(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    """The words of all headers of this name, in lower case."""
    return [word.strip().lower() for name, value in headers if name == wanted for word in value.split(b",")]


def _nominated(headers: Headers) -> set[bytes]:
    return set(words(headers, b"connection")) - {b"host", b"content-length", b"content-type"}


def _without_arena_cookies(value: bytes) -> bytes:
    kept = [pair.strip() for pair in value.split(b";")]
    return b"; ".join(pair for pair in kept if pair and not _ARENA_COOKIE.match(pair.partition(b"=")[0].strip()))


def _own_cookie(value: bytes) -> bytes:
    pair, *attributes = value.split(b";")
    name = pair.partition(b"=")[0].strip()
    if b"=" not in pair or not _COOKIE_NAME.match(name) or _ARENA_COOKIE.match(name):
        return b""
    kept = [one.strip() for one in attributes if one.partition(b"=")[0].strip().lower() != b"domain"]
    return b"; ".join([pair.strip(), *kept])


def _tightening(value: bytes) -> bytes:
    policies = []
    for policy in value.split(b","):
        kept = [one.strip() for one in policy.split(b";")]
        policies.append(b"; ".join(one for one in kept if one and not _DROPPED_DIRECTIVES.match(one)))
    return b", ".join(policy for policy in policies if policy)

"""Where a request really comes from, when so many proxies of ours stand before us.

Every proxy appends the address that it was called from to `X-Forwarded-For`, so with n proxies the n-th entry from
the right is the visitor's; everything left of it is what the visitor claims, and is not looked at. An IPv6 address
counts by its network of 64 bits, for that is what one visitor has.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class Forwarded:
    """The outermost ASGI middleware: sets client and scheme as `proxies` trusted proxies tell them (0: none)."""

    def __init__(self, app: ASGIApp, proxies: int) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            peer = str(scope["client"][0]) if scope.get("client") else ""
            scope["client"] = (visitor(peer, headers.getlist("x-forwarded-for"), self._proxies), 0)
            scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
            if self._proxies and scheme in ("http", "https"):
                scope["scheme"] = scheme
        await self._app(scope, receive, send)


def visitor(peer: str, forwarded: list[str], proxies: int) -> str:
    """The visitor's address, given who called us and what the headers say."""
    entries = [entry.strip() for header in forwarded for entry in header.split(",") if entry.strip()]
    told = entries[-proxies:][0] if proxies and entries else peer
    try:
        address = ip_address(told)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((int(address), 64), strict=False).network_address)
    return str(address)

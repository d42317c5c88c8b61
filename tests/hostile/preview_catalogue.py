"""Attacks on the preview by requests and by apps: what is sent, and what comes of it."""

import socket
import struct
import time
from dataclasses import dataclass

from sandboxes.preview.limits import PreviewLimits
from sandboxes.preview.settings import PreviewSettings
from tests.fixtures.preview_apps import DOMAIN, Handler, answer, new_token

TOKEN = new_token()
MIB = 1024 * 1024
LIMITS = PreviewLimits(
    header_seconds=0.5,
    answer_seconds=0.8,
    idle_seconds=0.8,
    request_bytes=MIB,
    response_bytes=MIB,
    connections_per_app=4,
    tunnel_bytes=4 * MIB,
    batch_bytes=4096,
    events_per_app=50,
    event_bytes_per_app=8000,
)
SETTINGS = PreviewSettings(limits=LIMITS)

# Host -> the status it gets; no app is asked
HOSTS = {
    "host-unknown-token": (f"{TOKEN}.{DOMAIN}", 404),
    "host-short-token": (f"abc.{DOMAIN}", 404),
    "host-upper-case": (f"{TOKEN.upper()}.{DOMAIN}", 404),
    "host-deeper": (f"x.{TOKEN}.{DOMAIN}", 404),
    "host-longer-domain": (f"{TOKEN}.{DOMAIN}.evil.example", 404),
    "host-trailing-dot": (f"{TOKEN}.{DOMAIN}.", 404),
    "host-ipv4": ("127.0.0.1", 404),
    "host-ipv6": ("[::1]:80", 404),
    "host-idn": (f"пример.{DOMAIN}", 404),
    "host-traversal": (f"..%2f..%2fetc.{DOMAIN}", 404),
    "host-bad-port": (f"{TOKEN}.{DOMAIN}:99999", 404),
    "host-with-space": (f"{TOKEN} x.{DOMAIN}", 404),
    "host-with-user": (f"x@{TOKEN}.{DOMAIN}", 404),
    "host-empty": ("", 400),
}
# a request's bytes, HOST standing for the app's host -> the status it gets; the app is not asked
REQUESTS = {
    "request-no-host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "request-no-host-in-1.0": (b"GET / HTTP/1.0\r\n\r\n", 400),
    "request-two-hosts": (b"GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n", 400),
    "request-length-and-chunked": (
        b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "request-two-lengths": (b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 400),
    "request-equal-lengths": (b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
    "request-negative-length": (b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -5\r\n\r\n", 400),
    "request-signed-length": (b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: +5\r\n\r\nabcde", 400),
    "request-other-coding": (b"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "request-coding-in-disguise": (b"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
    "request-space-before-colon": (b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length : 5\r\n\r\nabcde", 400),
    "request-folded-line": (b"GET / HTTP/1.1\r\nHost: HOST\r\nX-A: 1\r\n Content-Length: 5\r\n\r\n", 400),
    "request-bare-line-feed": (b"GET / HTTP/1.1\r\nHost: HOST\nX-A: 1\r\n\r\n", 400),
    "request-bare-return": (b"GET / HTTP/1.1\r\nHost: HOST\r\nX-A: 1\rContent-Length: 5\r\n\r\n", 400),
    "request-null-byte": (b"GET / HTTP/1.1\r\nHost: HOST\r\nX-A: 1\0\r\n\r\n", 400),
    "request-chunked-in-1.0": (b"POST / HTTP/1.0\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "request-absolute-target": (b"GET http://169.254.169.254/ HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
    "request-connect": (b"CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: HOST\r\n\r\n", 405),
    "request-trace": (b"TRACE / HTTP/1.1\r\nHost: HOST\r\n\r\n", 405),
    "request-http-2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405),
    "request-endless-header": (b"GET / HTTP/1.1\r\nHost: HOST\r\nX-A: " + b"a" * 200_000, 431),
    "request-many-headers": (b"GET / HTTP/1.1\r\nHost: HOST\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", 431),
    "request-huge": (b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 100_000, 413),
    "request-service-worker-script": (
        b"GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nService-Worker: script\r\n\r\n",
        403,
    ),
}  # fmt: skip


def sending(data: bytes) -> Handler:
    """An app that answers with these bytes, whatever it is asked, and closes."""
    return lambda connection, head: connection.sendall(data)


def trickling(start: bytes, piece: bytes) -> Handler:
    """An app whose answer never ends."""

    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(start)
        for _ in range(400):
            connection.sendall(piece)
            # trickling is the attack
            time.sleep(0.05)

    return handle


def flooding(start: bytes, piece: bytes) -> Handler:
    """An app that sends as fast as it can."""

    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return handle


def resetting(connection: socket.socket, head: bytes) -> None:
    """An app that dies in the middle of an answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def standing_still(connection: socket.socket, head: bytes) -> None:
    """An app that begins an answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
    # longer than the preview's patience: standing still is the attack
    time.sleep(3)


@dataclass(frozen=True, kw_only=True)
class Misbehaving:
    """What an app does, and what the browser gets: a status, and how the body ends where it has begun."""

    handler: Handler
    status: int
    ends: bytes = b""


OK = b"HTTP/1.1 200 OK\r\n"
APPS = {
    # longer than the preview's patience: saying nothing is the attack
    "app-never-answers": Misbehaving(handler=lambda connection, head: time.sleep(3), status=504),
    "app-slow-header": Misbehaving(handler=trickling(OK, b"X-A: 1\r\n"), status=504),
    "app-endless-header": Misbehaving(handler=flooding(OK, b"X-A: 1\r\n" * 1000), status=502),
    "app-endless-header-line": Misbehaving(handler=flooding(OK + b"X-A: ", b"a" * 10_000), status=502),
    "app-many-headers": Misbehaving(handler=sending(OK + b"X-A: 1\r\n" * 200 + b"\r\n"), status=502),
    "app-endless-interim": Misbehaving(handler=flooding(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), status=502),
    "app-no-http": Misbehaving(handler=sending(b"220 smtp.example ESMTP\r\n"), status=502),
    "app-two-lengths": Misbehaving(
        handler=sending(OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"), status=502
    ),
    "app-unasked-upgrade": Misbehaving(
        handler=sending(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
        status=502,
    ),
    "app-huge-length": Misbehaving(handler=sending(OK + b"Content-Length: 999999999999\r\n\r\nx"), status=502),
    "app-huge-body": Misbehaving(
        handler=flooding(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2710\r\n" + b"x" * 10_000 + b"\r\n"),
        status=200,
        ends=b"<cut off>",
    ),
    "app-silent-body": Misbehaving(
        handler=standing_still,
        status=200,
        ends=b"half<cut off>",
    ),
    "app-dies-mid-answer": Misbehaving(handler=resetting, status=200, ends=b"half"),
    "app-bad-chunk": Misbehaving(
        handler=sending(OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"),
        status=200,
        ends=b"half<cut off>",
    ),
    "app-second-answer": Misbehaving(
        handler=sending(OK + b"Content-Length: 4\r\n\r\nhalf" + OK + b"Content-Length: 6\r\n\r\nforged"),
        status=200,
        ends=b"half",
    ),
    "redirect-to-metadata": Misbehaving(
        handler=sending(answer("", "text/html", "Location: http://169.254.169.254/latest/", status="302 Found")),
        status=502,
    ),
    "redirect-three-slashes": Misbehaving(
        handler=sending(answer("", "text/html", "Location: ///evil.example/", status="302 Found")), status=302
    ),
}
PLACES = ("file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "\\\\evil.example", "http:/x", "//")
# what an app sends -> none of these names may be in the answer
DROPPED = {
    "header-hsts": "Strict-Transport-Security: max-age=99999; includeSubDomains",
    "header-alt-svc": 'Alt-Svc: h2="evil.example:443"',
    "header-clear-site-data": 'Clear-Site-Data: "*"',
    "header-service-worker-allowed": "Service-Worker-Allowed: /",
    "header-refresh": "Refresh: 0; url=https://evil.example/",
    "header-report-to": 'Report-To: {"endpoints":[{"url":"https://evil.example/"}]}',
    "header-reporting-endpoints": 'Reporting-Endpoints: a="https://evil.example/"',
    "header-nel": 'NEL: {"report_to":"a"}',
    "header-source-map": "SourceMap: https://evil.example/map",
    "header-x-source-map": "X-SourceMap: https://evil.example/map",
    "header-link": "Link: <https://evil.example>; rel=preconnect",
    "header-speculation-rules": 'Speculation-Rules: "https://evil.example/rules.json"',
    "header-report-only": "Content-Security-Policy-Report-Only: default-src 'none'; report-uri https://evil.example/",
    "header-cors": "Access-Control-Allow-Origin: *",
    "header-sign-in-dialog": 'WWW-Authenticate: Basic realm="Arena password"',
    "header-accept-client-hints": "Accept-CH: Sec-CH-UA-Full-Version-List",
    "header-session-registration": '"Secure-Session-Registration": (ES256);path="x"'.replace('"', "", 2),
    "header-frame-options": "X-Frame-Options: DENY",
}
OTHERS = {
    "policy-loosened", "policy-reports", "cookie-for-parent-domain", "cookie-of-the-arena", "arena-cookie-to-app",
    "forwarded-forged", "hop-by-hop", "location-schemes", "slow-request-header", "slow-request-body",
    "endless-chunked-request", "chunk-extension-flood", "smuggled-second-request", "connections-of-one-app",
    "other-upgrade", "websocket-wrong-accept", "websocket-flood", "websocket-total", "socket-is-a-link",
    "events-forged", "events-flood", "events-huge", "events-link", "slow-reader",
}  # fmt: skip
IDS = {*HOSTS, *REQUESTS, *APPS, *DROPPED, *OTHERS}

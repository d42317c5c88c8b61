"""Asks a camera, over the socket of its app, for pictures of another app."""

import http.client
import json
import socket
import time
from pathlib import Path
from typing import Any

from sandboxes.app_folder import reachable
from sandboxes.camera_answer import LENGTH, MAX_BYTES, MAX_REPORT_BYTES, read_answer
from sandboxes.errors import BackendLost, Busy, InvalidRun, SandboxError, Unavailable
from sandboxes.screenshots import MAX_SECONDS, MIN_SECONDS, SHOOT_SECONDS, Plan, Shots
from sandboxes.spec import RunRequest

ENVIRONMENT = "camera"
# where the camera finds the app, in its own folder beside the socket by which it is asked itself
WEB_SOCKET = "web.sock"
# a camera answers within the time it was given; this is for the bytes to come over, and for a machine that is busy
GRACE_SECONDS = 5.0
MAX_COMPLAINT = 500
HTTP_OK = 200
COMPLAINTS: dict[int, type[SandboxError]] = {400: InvalidRun, 503: Busy}
LONGEST = MAX_BYTES + MAX_REPORT_BYTES + LENGTH.size


def shoot(socket_path: Path, plan: Plan, *, seconds: float = SHOOT_SECONDS) -> Shots:
    """What the camera with this socket saw of the plan's page, within so many seconds and a little grace.

    A page that fails, hangs or crashes is a report, not an error.

    Raises:
        InvalidRun: the plan breaks a rule.
        Busy: the camera is at work.
        Unavailable: its browser is not held by its own sandbox.
        BackendLost: no answer in time, or not one of a camera.
    """
    if not MIN_SECONDS <= seconds <= MAX_SECONDS or not plan.names:
        raise InvalidRun(f"a shoot takes {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds and at least one known picture")
    order = {"kind": plan.kind, "url": plan.url, "seconds": seconds, "pictures": list(plan.names)}
    try:
        status, body = _ask(socket_path, json.dumps(order).encode(), time.monotonic() + seconds + GRACE_SECONDS)
    except (OSError, http.client.HTTPException) as error:
        raise BackendLost(f"the camera did not answer: {error!r}") from error
    if status != HTTP_OK:
        complaint = body[:MAX_COMPLAINT].decode(errors="replace").strip()
        raise COMPLAINTS.get(status, BackendLost)(f"the camera said: {complaint}")
    shots = read_answer(body, plan)
    if not shots.report.cage.holds:
        raise Unavailable("the camera's browser is not held by its own sandbox; its pictures are not used")
    return shots


def camera_request(key: str) -> RunRequest:
    """What to open (`Runner.open`) to have a camera; it is ready when its browser is up."""
    return RunRequest(key=key, environment=ENVIRONMENT, files={ENVIRONMENT: b""}, entry=ENVIRONMENT)


class _Limited(socket.socket):
    """A stream that ends at a moment, however its bytes trickle."""

    end = 0.0

    def recv_into(self, *args: Any, **more: Any) -> int:
        """As a socket's, but not beyond the end."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("out of time")
        self.settimeout(left)
        return super().recv_into(*args, **more)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, end: float) -> None:
        super().__init__("camera")
        self._path, self._end = path, end

    def connect(self) -> None:
        """Connect to the socket file."""
        made = _Limited(socket.AF_UNIX, socket.SOCK_STREAM)
        made.end = self._end
        made.settimeout(max(0.001, self._end - time.monotonic()))
        self.sock = made
        with reachable(self._path.parent, self._path.name) as path:
            made.connect(path)


def _ask(path: Path, body: bytes, end: float) -> tuple[int, bytes]:
    connection = _Connection(path, end)
    try:
        connection.request("POST", "/shoot", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        # one byte more than the longest: then it is refused as too long
        return answer.status, answer.read(LONGEST + 1)
    finally:
        connection.close()

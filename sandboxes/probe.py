"""Asks an app over its socket whether it is ready."""

import http.client
import socket
from pathlib import Path

from sandboxes.app_folder import reachable

ANSWER_SECONDS = 2.0
SERVER_ERROR = 500


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket file."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._folder = folder

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        with reachable(self._folder) as path:
            self.sock.connect(path)


def answers(folder: Path, path: str, *, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether a request for this path is answered with anything but a trouble of the server."""
    connection = _Connection(folder, seconds)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status < SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

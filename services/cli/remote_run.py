"""`arena sandbox run --server`: the same run through the HTTP interface, with live output, input and cancel."""

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.cli.sandbox_report import print_piece
from services.cli.typed import typed
from services.errors import ArenaError, Conflict, InvalidRequest, NotFound, RateLimited, Unavailable

API = "/api/v1"
ANSWER_SECONDS, SILENCE_SECONDS = 30.0, 60.0
RECONNECTS, RECONNECT_SECONDS = 20, 0.5
STREAMS = ("stdout", "stderr")
NUL_SHOWN = "\N{SYMBOL FOR NULL}"


@dataclass
class Server:
    """An arena's HTTP interface.

    Raises everywhere:
        Unavailable: it does not answer, or says that something it needs is out of reach.
        InvalidRequest, NotFound, Conflict, RateLimited: it refuses.
    """

    address: str
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        if not self.address.startswith(("http://", "https://")):
            raise InvalidRequest(f"{self.address} is not an address.", hint="--server http://127.0.0.1:8300")
        self._client = httpx.Client(base_url=self.address.rstrip("/"), timeout=ANSWER_SECONDS)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer."""
        return self._ask(method, path, body).json()

    def download(self, path: str) -> bytes:
        """The bytes."""
        return self._ask("GET", path, None).content

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        try:
            answer = self._client.request(method, API + path, json=body)
        except httpx.HTTPError as error:
            raise self.unreachable(error) from error
        if answer.is_error:
            raise _refusal(answer)
        return answer

    def events(self, run_id: str, after: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Cursor and event, until the stream ends.

        Raises:
            httpx.HTTPError: the connection broke; follow again from the last cursor.
        """
        headers = {"Last-Event-ID": after} if after else {}
        timeout = httpx.Timeout(ANSWER_SECONDS, read=SILENCE_SECONDS)
        with self._client.stream(
            "GET", f"{API}/executions/{run_id}/events", headers=headers, timeout=timeout
        ) as answer:
            if answer.is_error:
                answer.read()
                raise _refusal(answer)
            cursor = after
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    cursor = value
                elif name == "data":
                    yield cursor, json.loads(value)

    def unreachable(self, error: httpx.HTTPError) -> Unavailable:
        """What a broken connection is called here."""
        return Unavailable(f"{self.address} does not answer: {error}.", hint="Is `arena serve` running there?")


def _refusal(answer: httpx.Response) -> ArenaError:
    try:
        found = answer.json()
        message, hint = str(found["detail"]), str(found.get("hint") or "")
    except (ValueError, KeyError, TypeError):
        message, hint = f"The server answered {answer.status_code}.", "Is that the address of an arena?"
    if answer.status_code == 429:
        wait = answer.headers.get("retry-after", "1")
        seconds = float(wait) if wait.isdigit() else 1.0
        return RateLimited(message, retry_after_seconds=seconds, hint=f"Try again in {seconds:.0f} s.")
    kind = {404: NotFound, 409: Conflict}.get(answer.status_code)
    if kind is not None:
        return kind(message, hint=hint)
    return (InvalidRequest if answer.status_code < 500 else Unavailable)(message, hint=hint)


@dataclass
class RemoteRun:
    """One execution on a server. With `live` its output is printed as it comes."""

    server: Server
    live: bool
    run_id: str = ""
    _attempt: int = 1
    _printed: dict[str, str] = field(default_factory=lambda: dict.fromkeys(STREAMS, ""))

    def run(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Start it, follow it to its end; the document that a run on this machine gives. An interrupt cancels it."""
        self.run_id = str(self.server.ask("POST", "/executions", body)["id"])
        try:
            if body.get("interactive"):
                threading.Thread(target=self._forward, daemon=True).start()
            self._follow()
        except KeyboardInterrupt:
            self.server.ask("POST", f"/executions/{self.run_id}/cancel")
            raise
        return self._document()

    def _follow(self) -> None:
        cursor, troubles = "", 0
        while True:
            try:
                for place, event in self.server.events(self.run_id, cursor):
                    cursor, troubles = place, 0
                    if event["kind"] == "ended":
                        return
                    self._show(event)
            except httpx.HTTPError as error:
                troubles += 1
                if troubles > RECONNECTS:
                    raise self.server.unreachable(error) from error
                # a server that restarts is back within seconds; asked at once it would refuse all RECONNECTS
                time.sleep(RECONNECT_SECONDS)

    def _show(self, event: Mapping[str, Any]) -> None:
        if event["attempt"] != self._attempt:
            self._attempt = event["attempt"]
            self._printed = dict.fromkeys(STREAMS, "")
            if self.live:
                print_piece("stderr", "\nA worker was lost; the program starts again.\n")
        if event["kind"] == "output" and self.live:
            print_piece(event["stream"], event["text"])
            self._printed[event["stream"]] += event["text"]

    def _forward(self) -> None:
        """Our input to the program's, as it comes."""
        for data in typed():
            if not self._send({"base64": base64.b64encode(data).decode()}):
                return
        self._send({"close": True})

    def _send(self, body: Mapping[str, Any]) -> bool:
        try:
            self.server.ask("POST", f"/executions/{self.run_id}/stdin", body)
        except ArenaError:
            return False  # it has ended meanwhile
        return True

    def _document(self) -> dict[str, Any]:
        found = self.server.ask("GET", f"/executions/{self.run_id}")
        if found["problem"] is not None:
            problem = found["problem"]
            raise Unavailable(problem["message"], hint=problem["hint"])
        result = {}
        for name, value in found["result"].items():  # in the order of a run on this machine
            if name == "environment_version":
                result["environment"] = found["environment"]
            # what is run here is no app, and the short word follows from the outcome
            if name not in {"code", "appearance", "app"}:
                result[name] = value
        self._complete(result, "")
        for stage in result["stages"]:
            self._complete(stage, f"?phase={stage['phase']}")
        if self.live:
            for stream in STREAMS:
                text, shown = result[stream]["text"], self._printed[stream]
                if text.startswith(shown):  # the rest of what is not shown live, or was lost on the way
                    print_piece(stream, text[len(shown) :])
        return result

    def _complete(self, part: dict[str, Any], query: str) -> None:
        """Whole streams, as text, instead of previews."""
        for stream in STREAMS:
            found = part[stream]
            text = found.pop("preview")
            if found["total_bytes"] != len(text) or NUL_SHOWN in text:  # more than a preview, or not plain text
                data = self.server.download(f"/executions/{self.run_id}/{stream}{query}")
                text = data.decode("utf-8", "replace")
            part[stream] = {"text": text, **found}

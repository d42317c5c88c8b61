"""Control of runs over Redis: a stream of messages per run, and a channel that says which stream has something new.

The stream is what counts; a lost ring of the bell is made up for by looking every half second.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis
import structlog

from sandboxes.errors import Busy, InvalidRun
from sandboxes.policy import MAX_STDIN_BYTES
from sandboxes.runner import RunControl
from services.errors import Conflict, InvalidRequest, Unavailable

BELL = "arena:controls"
KEEP_SECONDS = 24 * 3600
LOOK_SECONDS, PUSH_SECONDS = 0.5, 0.02
AGAIN_SECONDS = 1.0
CHUNK_BYTES = 64 * 1024
CLOSED, FULL = -1, -2
# one atomic step: refuse what comes after the end or is too much, else append and ring
APPEND = """
if redis.call('HGET', KEYS[2], 'closed') then return -1 end
local bytes = tonumber(redis.call('HGET', KEYS[2], 'bytes') or '0') + #ARGV[1]
if bytes > tonumber(ARGV[3]) then return -2 end
redis.call('HSET', KEYS[2], 'bytes', bytes)
if #ARGV[1] > 0 then redis.call('XADD', KEYS[1], '*', 'input', ARGV[1]) end
if ARGV[2] == '1' then
  redis.call('HSET', KEYS[2], 'closed', 1)
  redis.call('XADD', KEYS[1], '*', 'close', '1')
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 0
"""
log = structlog.get_logger()


def _stream(run_id: str) -> str:
    return f"arena:run:{run_id}:control"


def _input(run_id: str) -> str:
    return f"arena:run:{run_id}:input"


@dataclass
class _Line:
    """What one attached run has been told so far."""

    run_id: str
    control: RunControl
    cursor: bytes = b"0-0"
    ended: bool = False
    waiting: deque[bytes] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        """Apply new messages; a cancel never waits behind input that the program does not read."""
        for place, message in entries:
            self.cursor = place
            if b"cancel" in message:
                self.control.cancel()
            self.ended = self.ended or b"close" in message
            data = message.get(b"input", b"")
            self.waiting.extend(data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES))

    def push(self) -> None:
        """Hand over as much input as the run takes now."""
        try:
            while self.waiting:
                self.control.send_stdin(self.waiting[0])
                self.waiting.popleft()
            if self.ended:
                self.control.close_stdin()
        except Busy:
            return
        except InvalidRun:
            self.waiting.clear()


class RedisControls:
    """Implements RunControls; threads may share it. One thread listens for all runs that are attached."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5)
        self._append = self._redis.register_script(APPEND)
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()
        self._listens = threading.Event()
        self._thread: threading.Thread | None = None

    def cancel(self, run_id: str) -> None:
        pipe = self._redis.pipeline(transaction=True)
        pipe.xadd(_stream(run_id), {"cancel": "1"})
        pipe.expire(_stream(run_id), KEEP_SECONDS)
        pipe.publish(BELL, run_id)
        try:
            pipe.execute()
        except redis.RedisError as error:
            raise _unreachable(error) from error

    def send_input(self, run_id: str, data: bytes, *, close: bool) -> None:
        keys = [_stream(run_id), _input(run_id)]
        arguments: list[Any] = [data, int(close), MAX_STDIN_BYTES, KEEP_SECONDS, BELL, run_id]
        try:
            done = self._append(keys=keys, args=arguments)
        except redis.RedisError as error:
            raise _unreachable(error) from error
        if done == CLOSED:
            raise Conflict("The input of this execution is closed.")
        if done == FULL:
            raise InvalidRequest(f"An execution takes at most {MAX_STDIN_BYTES} bytes of input.", where="body")

    @contextmanager
    def attach(self, run_id: str, control: RunControl) -> Iterator[None]:
        line = _Line(run_id, control)
        with self._lock:
            self._lines[run_id] = line
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="run-controls", daemon=True)
                self._thread.start()
        self._listens.wait(LOOK_SECONDS)
        self._look(line)
        try:
            yield
        finally:
            with self._lock:
                self._lines.pop(run_id, None)

    def forget(self, run_id: str) -> None:
        try:
            self._redis.delete(_stream(run_id), _input(run_id))
        except redis.RedisError as error:
            log.warning("controls_kept", run=run_id, error=str(error))

    def _listen(self) -> None:
        pause = threading.Event()
        while not self._stops_alone():
            try:
                client: Any = self._redis
                with client.pubsub(ignore_subscribe_messages=True) as bell:
                    bell.subscribe(BELL)
                    self._hear(bell)
            except redis.RedisError as error:
                log.warning("controls_unheard", error=str(error))
                pause.wait(AGAIN_SECONDS)

    def _stops_alone(self) -> bool:
        """Whether nobody is attached; then the next who is starts another thread."""
        with self._lock:
            if not self._lines:
                self._thread = None
                self._listens.clear()
            return not self._lines

    def _hear(self, bell: Any) -> None:
        while True:
            rung = bell.get_message(timeout=PUSH_SECONDS if self._pushing else LOOK_SECONDS)
            self._listens.set()
            with self._lock:
                lines = list(self._lines.values())
            if rung is not None:
                named = rung["data"].decode(errors="replace")
                lines = [line for line in lines if line.run_id == named]
            for line in lines:
                self._look(line)

    @property
    def _pushing(self) -> bool:
        with self._lock:
            return any(line.waiting for line in self._lines.values())

    def _look(self, line: _Line) -> None:
        with line.lock:
            try:
                reply: Any = self._redis.xread({_stream(line.run_id): line.cursor}, count=100)
                while reply:
                    line.take(reply[0][1])
                    reply = self._redis.xread({_stream(line.run_id): line.cursor}, count=100)
            except redis.RedisError as error:
                log.warning("controls_unread", run=line.run_id, error=str(error))
            line.push()


def _unreachable(error: redis.RedisError) -> Unavailable:
    return Unavailable(f"The running program cannot be reached: {error}.", hint="`arena doctor` checks Redis.")

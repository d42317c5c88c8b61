"""Watches one program from its start until every process of the run is dead."""

import json
import os
import time
from dataclasses import dataclass, field

from sandboxes.agent import frames
from sandboxes.agent.cell import Cell
from sandboxes.agent.channel import Channel
from sandboxes.agent.counters import Meter
from sandboxes.agent.job import Stage
from sandboxes.agent.launch import Program

TICK_SECONDS = 0.01
DRAIN_SECONDS = 0.1
USAGE_SECONDS = 0.5
CANCELLED = "cancelled"


@dataclass
class Tally:
    """How much came out of one stream, how much of it was kept."""

    kind: int
    total: int = 0
    kept: int = 0


@dataclass
class Input:
    """What the program is to read: what is queued, and whether more may come."""

    data: bytearray
    open: bool = False


@dataclass
class Watch:
    """The state of a running program."""

    stage: Stage
    channel: Channel
    program: Program
    cell: Cell
    meter: Meter
    stdin: Input
    started: float
    status: int | None = None
    limit_hit: str = ""
    wall_seconds: float = 0.0
    told: float = 0.0
    tallies: dict[int, Tally] = field(default_factory=dict)

    def run(self) -> None:
        """Until the program ends or hits a limit; then kill everything and take what is left in the pipes."""
        pipes, ending = self.program.pipes, self.program.ending
        self.tallies = {pipes.stdout: Tally(frames.STDOUT), pipes.stderr: Tally(frames.STDERR)}
        open_pipes = set(self.tallies)
        feeding = True
        while self.status is None and not self.limit_hit:
            readers = [ending.fileno(), *([] if self.channel.crowded else open_pipes)]
            writers = [pipes.stdin] if feeding and self.stdin.data else []
            ready, writable = self.channel.wait(readers, writers, TICK_SECONDS)
            for fd in ready & open_pipes:
                if not self._take(fd):
                    open_pipes.discard(fd)
            self._listen()
            if feeding and (pipes.stdin in writable or not (self.stdin.data or self.stdin.open)):
                feeding = self._feed()
            self.status = ending.poll()
            self._check_limits()
            self._tell_usage()
        self.wall_seconds = time.monotonic() - self.started
        if feeding:
            os.close(pipes.stdin)
        self.status = self.cell.kill_everyone(self.program)
        self._drain(open_pipes)
        ending.close()
        for fd in (pipes.stdout, pipes.stderr):
            os.close(fd)

    @property
    def kept_bytes(self) -> int:
        """Bytes forwarded so far, both streams."""
        return sum(tally.kept for tally in self.tallies.values())

    def _listen(self) -> None:
        while self.channel.received:
            kind, payload = self.channel.received.popleft()
            if kind == frames.CANCEL:
                self.limit_hit = self.limit_hit or CANCELLED
            elif kind == frames.STDIN and self.stdin.open:
                self.stdin.data += payload
            elif kind == frames.STDIN_END:
                self.stdin.open = False

    def _take(self, fd: int) -> bool:
        """Read once and forward what the limit leaves; False at the end of the stream."""
        try:
            data = os.read(fd, 65536)
        except BlockingIOError:
            return True
        tally = self.tallies[fd]
        tally.total += len(data)
        kept = data[: self.stage.output_bytes - self.kept_bytes]
        tally.kept += len(kept)
        for start in range(0, len(kept), frames.OUTPUT_CHUNK):
            self.channel.send(tally.kind, kept[start : start + frames.OUTPUT_CHUNK])
        if len(kept) < len(data) and not self.stage.port:
            self.limit_hit = self.limit_hit or "output_bytes"
        return bool(data)

    def _feed(self) -> bool:
        """Write once to the program's input; False when there is and will be no more to write."""
        try:
            sent = os.write(self.program.pipes.stdin, self.stdin.data[:65536]) if self.stdin.data else 0
        except BlockingIOError:
            return True
        except BrokenPipeError:
            sent, self.stdin.open = len(self.stdin.data), False
        del self.stdin.data[:sent]
        if sent and self.stdin.open:
            self.channel.send(frames.TAKEN, b"%d" % sent)
        if not self.stdin.data and not self.stdin.open:
            os.close(self.program.pipes.stdin)
            return False
        return True

    def _tell_usage(self) -> None:
        """Of a program that stays, what it has used so far; of any other the report at its end is enough."""
        now = time.monotonic()
        if self.stage.port and now - self.told >= USAGE_SECONDS:
            self.told = now
            self.channel.send(frames.USAGE, json.dumps(self.usage()).encode())

    def usage(self) -> dict[str, object]:
        """Counters as they stand."""
        return {
            "wall_seconds": time.monotonic() - self.started,
            "cpu_seconds": self.meter.cpu_seconds(),
            "peak_memory_bytes": self.meter.peak_memory_bytes(),
            "base_memory_bytes": self.meter.base_memory_bytes(),
            "memory_method": self.meter.memory_method,
        }

    def _check_limits(self) -> None:
        self.meter.sample()
        if self.status is not None or self.limit_hit:
            return
        if time.monotonic() - self.started >= self.stage.wall_seconds:
            self.limit_hit = "wall_seconds"
        elif self.meter.cpu_seconds() >= self.stage.cpu_seconds:
            self.limit_hit = "cpu_seconds"

    def _drain(self, open_pipes: set[int]) -> None:
        """Everybody is dead, so the pipes end by themselves; the time limit is a second belt."""
        until = time.monotonic() + DRAIN_SECONDS
        while open_pipes and time.monotonic() < until:
            ready, _ = self.channel.wait(list(open_pipes), [], DRAIN_SECONDS)
            open_pipes -= {fd for fd in ready & open_pipes if not self._take(fd)}

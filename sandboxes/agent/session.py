"""One job from its first frame to its last: place the files, run the stages, report, hand over what is left."""

import hashlib
import json
import os
import time
from dataclasses import dataclass, field

from sandboxes.agent import files, frames
from sandboxes.agent.cell import Cell
from sandboxes.agent.channel import Channel
from sandboxes.agent.counters import Meter
from sandboxes.agent.job import Job, Stage
from sandboxes.agent.launch import LaunchFailed
from sandboxes.agent.supervise import CANCELLED, Input, Watch

GRACE_SECONDS = 5.0


@dataclass
class Inbox:
    """What arrives before the start signal."""

    job: bytearray = field(default_factory=bytearray)
    inputs: dict[bytes, bytearray] = field(default_factory=dict)
    executable: set[bytes] = field(default_factory=set)
    stdin: Input = field(default_factory=lambda: Input(bytearray(), open=True))

    def take(self, kind: int, payload: bytes) -> None:
        """Keep one frame."""
        if kind == frames.JOB:
            self.job += payload
        elif kind in {frames.FILE, frames.EXECUTABLE}:
            path, data = frames.split_named(payload)
            self.inputs.setdefault(path, bytearray()).extend(data)
            if kind == frames.EXECUTABLE:
                self.executable.add(path)
        elif kind == frames.STDIN:
            self.stdin.data += payload
        elif kind == frames.STDIN_END:
            self.stdin.open = False


@dataclass
class Session:
    """A job in a cell."""

    channel: Channel
    cell: Cell
    inbox: Inbox = field(default_factory=Inbox)

    def serve(self) -> None:
        """Receive the job, run it, send its end and what it leaves.

        Raises:
            HostGone: nobody listens any more.
            LaunchFailed: the run could not start; says why.
        """
        while (frame := self.channel.next_frame())[0] != frames.GO:
            self.inbox.take(*frame)
            self.channel.expect_pings = True
        if not self.inbox.job:
            raise LaunchFailed("no job before the start signal")
        job = Job.from_json(bytes(self.inbox.job))
        if not job.interactive:
            self.inbox.stdin.open = False
        digests = {path: hashlib.sha256(data).digest() for path, data in self.inbox.inputs.items()}
        self.cell.begin(job.uid)
        self.cell.prepare(job.stages[0])
        self._place()
        self._run(job)
        try:
            self.cell.inside(self.channel, lambda send: files.Collector(self.cell.work, job, digests, send).run())
        except LaunchFailed as why:
            # the program may have locked its folder or filled all memory: the run's result stands
            self.channel.send(frames.SKIPPED, frames.named(b".", str(why).encode(errors="replace")[:1000]))
        self.channel.send(frames.FINAL)
        self.channel.drain()

    def _place(self) -> None:
        inbox = self.inbox
        inputs = {
            path: files.InputFile(data=bytes(data), executable=path in inbox.executable)
            for path, data in inbox.inputs.items()
        }
        inbox.inputs.clear()
        self.cell.inside(self.channel, lambda _: files.write_inputs(self.cell.work, inputs))

    def _run(self, job: Job) -> None:
        for number, stage in enumerate(job.stages):
            if number and not self._go_on():
                return
            watch = self._execute(job, stage)
            end = report(stage, watch, disk_full=self.cell.is_full())
            if stage.keep_build and end["exit_code"] == 0 and not watch.limit_hit:
                self.cell.inside(self.channel, lambda send: files.send_build(self.cell.work, job, send))
            self.channel.send(frames.ENDED, json.dumps(end).encode())
            if end["exit_code"] != 0 or watch.limit_hit:
                return

    def _go_on(self) -> bool:
        """Let the host change the container's limits; False when it says that the run is over."""
        self.channel.send(frames.HELD)
        while (frame := self.channel.next_frame())[0] != frames.GO:
            if frame[0] == frames.CANCEL:
                return False
            self.inbox.take(*frame)
        return True

    def _execute(self, job: Job, stage: Stage) -> Watch:
        """Run one stage's program to its end or its limits."""
        self.channel.hard_stop = time.monotonic() + stage.wall_seconds + GRACE_SECONDS
        self.cell.prepare(stage)
        meter = Meter(peak_known=job.peak_known)
        meter.start()
        self.channel.send(frames.STARTED, stage.phase.encode())
        started = time.monotonic()
        stdin = self.inbox.stdin if stage.takes_input else Input(bytearray())
        watch = Watch(
            stage=stage,
            channel=self.channel,
            program=self.cell.launch(job, stage),
            cell=self.cell,
            meter=meter,
            stdin=stdin,
            started=started,
        )
        watch.run()
        return watch


def report(stage: Stage, watch: Watch, *, disk_full: bool) -> dict[str, object]:
    """What the kernel says about the stage; taken while nothing of it is alive."""
    status = watch.status or 0
    out, err = watch.tallies.values()
    return {
        "phase": stage.phase,
        "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "cancelled": watch.limit_hit == CANCELLED,
        "limit_hit": "" if watch.limit_hit == CANCELLED else watch.limit_hit,
        "wall_seconds": watch.wall_seconds,
        "cpu_seconds": watch.meter.cpu_seconds(),
        "oom_kills": watch.meter.oom_kills(),
        "peak_memory_bytes": watch.meter.peak_memory_bytes(),
        "base_memory_bytes": watch.meter.base_memory_bytes(),
        "memory_method": watch.meter.memory_method,
        "stdout_bytes": out.total,
        "stderr_bytes": err.total,
        "stdout_truncated": out.total > out.kept,
        "stderr_truncated": err.total > err.kept,
        "disk_full": disk_full,
    }

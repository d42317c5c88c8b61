"""PID 1 of a sandbox: takes one job, runs it, reports, ends."""

import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass, field

from sandboxes.agent import files, frames, privilege
from sandboxes.agent.channel import Channel, HostGone
from sandboxes.agent.counters import Meter
from sandboxes.agent.job import Job
from sandboxes.agent.launch import LaunchFailed, launch
from sandboxes.agent.supervise import Watch, kill_everyone

GRACE_SECONDS = 5.0
FULL_BELOW_BYTES = 64 * 1024


@dataclass
class Inbox:
    """What arrives before the start signal."""

    job: Job | None = None
    inputs: dict[bytes, bytearray] = field(default_factory=dict)
    stdin: bytearray = field(default_factory=bytearray)

    def take(self, kind: int, payload: bytes) -> None:
        """Keep one frame."""
        if kind == frames.JOB:
            self.job = Job.from_json(payload)
        elif kind == frames.FILE:
            path, data = frames.split_named(payload)
            self.inputs.setdefault(path, bytearray()).extend(data)
        elif kind == frames.STDIN:
            self.stdin += payload


def main() -> None:
    """Serve one job over standard input and output; leave nobody alive on any way out."""
    privilege.hide_from_others()
    channel = Channel(0, 1)
    try:
        channel.send(frames.READY)
        serve(channel)
        channel.drain()
    except HostGone:
        code = 3
    except LaunchFailed as why:
        code = refuse(channel, str(why))
    else:
        code = 0
    kill_everyone()
    sys.exit(code)


def refuse(channel: Channel, why: str) -> int:
    """Tell the host that the run could not start."""
    channel.send(frames.REFUSED, why.encode(errors="replace")[:1000])
    channel.drain()
    return 4


def serve(channel: Channel) -> None:
    """Receive the job, run it, send its end and its artefacts."""
    inbox = Inbox()
    while (frame := channel.next_frame())[0] != frames.GO:
        inbox.take(*frame)
    if inbox.job is None:
        raise LaunchFailed("no job before the start signal")
    job = inbox.job
    digests = {path: hashlib.sha256(data).digest() for path, data in inbox.inputs.items()}
    channel.hard_stop = time.monotonic() + job.wall_seconds + GRACE_SECONDS
    place(channel, job, inbox)
    watch = execute(channel, job, bytes(inbox.stdin))
    channel.send(frames.ENDED, json.dumps(report(watch)).encode())
    relay(channel, *files.as_program(job.uid, lambda out: files.Collector(job, digests, out).run()))
    channel.send(frames.FINAL)


def place(channel: Channel, job: Job, inbox: Inbox) -> None:
    """Write the input files as the program's uid."""
    inputs = {path: bytes(data) for path, data in inbox.inputs.items()}
    inbox.inputs.clear()
    pid, read = files.as_program(job.uid, lambda _: files.write_inputs(job.work, inputs))
    channel.wait([read], [], 5.0)
    said = frames.Decoder().feed(os.read(read, 4096))
    os.close(read)
    if os.waitpid(pid, 0)[1] != 0:
        why = frames.split_named(said[0][1])[1] if said else b"helper died"
        raise LaunchFailed(f"input files: {why.decode(errors='replace')}")


def execute(channel: Channel, job: Job, stdin: bytes) -> Watch:
    """Run the program to its end or its limits."""
    meter = Meter()
    meter.start()
    channel.send(frames.STARTED)
    started = time.monotonic()
    program = launch(job)
    watch = Watch(job=job, channel=channel, program=program, meter=meter, stdin=memoryview(stdin), started=started)
    watch.run()
    return watch


def report(watch: Watch) -> dict[str, object]:
    """What the kernel says about the run; taken while nothing of it is alive."""
    status = watch.status or 0
    out, err = watch.tallies.values()
    return {
        "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "limit_hit": watch.limit_hit,
        "wall_seconds": watch.wall_seconds,
        "cpu_seconds": watch.meter.cpu_seconds(),
        "oom_kills": watch.meter.oom_kills(),
        "peak_memory_bytes": watch.meter.peak_memory_bytes(),
        "memory_method": watch.meter.memory_method,
        "stdout_bytes": out.total,
        "stderr_bytes": err.total,
        "stdout_truncated": out.total > out.kept,
        "stderr_truncated": err.total > err.kept,
        "disk_full": any(is_full(path) for path in (watch.job.work, "/tmp", "/dev/shm")),  # noqa: S108
    }


def is_full(path: str) -> bool:
    """Whether a tmpfs has no room or no inode left."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize < FULL_BELOW_BYTES or found.f_ffree == 0


def relay(channel: Channel, pid: int, read: int) -> None:
    """Pass the helper's frames on; a helper that dies leaves an honest gap."""
    decoder = frames.Decoder()
    while True:
        ready, _ = channel.wait([] if channel.crowded else [read], [], 1.0)
        if read not in ready:
            continue
        data = os.read(read, 65536)
        if not data:
            break
        for frame in decoder.feed(data):
            channel.send(*frame)
    os.close(read)
    if os.waitpid(pid, 0)[1] != 0:
        channel.send(frames.SKIPPED, frames.named(b".", b"collector_died"))

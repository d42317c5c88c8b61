"""What the agent has said about one run, kept within bounds whatever it says."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandboxes.agent import frames
from sandboxes.errors import StartFailed
from sandboxes.output import Collector
from sandboxes.plan import Plan
from sandboxes.policy import MAX_ARTEFACT_BYTES, MAX_ARTEFACTS
from sandboxes.result import Artefact, OutputStream, Phase, SkippedFile
from sandboxes.runner import FrameSink, OutputFrame

STREAMS = {frames.STDOUT: "stdout", frames.STDERR: "stderr"}
DISPLAY_FOLDER = ".display/"
MAX_BUILT_FILES = 256


@dataclass(frozen=True, kw_only=True)
class BuiltFile:
    """A file that the compile stage made."""

    path: str
    data: bytes
    executable: bool


@dataclass
class StageRecord:
    """One stage's output so far and its end, once it is known."""

    phase: Phase
    streams: dict[str, Collector]
    end: dict[str, Any] | None = None
    usage: dict[str, Any] = field(default_factory=dict)

    def stream(self, name: str) -> OutputStream:
        """One stream as it stands."""
        return self.streams[name].finish(total_bytes=int((self.end or {}).get(f"{name}_bytes", 0)))


@dataclass
class Transcript:
    """Everything received. `on_output` and `on_phase`, at the begin of each stage, are called from the thread that
    listens."""

    plan: Plan
    on_output: FrameSink | None
    on_phase: Callable[[Phase], None] = lambda _: None
    stages: list[StageRecord] = field(default_factory=list)
    finished: bool = False
    held: bool = False
    taken_input: int = 0
    skipped: list[SkippedFile] = field(default_factory=list)
    _artefacts: dict[bytes, bytearray] = field(default_factory=dict)
    _built: dict[bytes, tuple[bytearray, bool]] = field(default_factory=dict)
    _sequence: int = 0
    _artefact_bytes: int = 0
    _built_bytes: int = 0

    def take(self, kind: int, payload: bytes) -> None:
        """Take one frame.

        Raises:
            StartFailed: the agent could not start the program.
            BadFrame, ValueError, KeyError: it is out of order or more than was asked for.
        """
        if kind in STREAMS:
            self._output(STREAMS[kind], payload)
        elif kind == frames.ARTEFACT:
            self._artefact(*frames.split_named(payload))
        elif kind in {frames.BUILT, frames.BUILT_EXECUTABLE}:
            self._build(*frames.split_named(payload), executable=kind == frames.BUILT_EXECUTABLE)
        elif kind == frames.SKIPPED:
            path, reason = frames.split_named(payload)
            self.skipped.append(SkippedFile(path=readable(path), reason=readable(reason)))
        else:
            self._progress(kind, payload)

    def _progress(self, kind: int, payload: bytes) -> None:
        if kind == frames.STARTED:
            self._start(Phase(payload.decode()))
        elif kind == frames.ENDED:
            self._current().end = _checked(json.loads(payload))
        elif kind == frames.USAGE:
            self._current().usage = dict(json.loads(payload))
        elif kind == frames.HELD:
            self.held = True
        elif kind == frames.TAKEN:
            self.taken_input += int(payload)
        elif kind == frames.REFUSED:
            raise StartFailed(f"the sandbox could not start the program: {readable(payload)}")
        elif kind == frames.FINAL:
            self.finished = True

    @property
    def files(self) -> tuple[Artefact, ...]:
        """The artefacts received, what the program displayed left out."""
        return tuple(found for found in self._received() if not found.path.startswith(DISPLAY_FOLDER))

    @property
    def displays(self) -> tuple[Artefact, ...]:
        """What the program displayed, in order."""
        return tuple(found for found in self._received() if found.path.startswith(DISPLAY_FOLDER))

    @property
    def built(self) -> tuple[BuiltFile, ...]:
        """What the compile stage made."""
        return tuple(
            BuiltFile(path=readable(path), data=bytes(data), executable=executable)
            for path, (data, executable) in self._built.items()
        )

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed anything of the run for memory."""
        return any(stage.end is not None and stage.end["oom_kills"] for stage in self.stages)

    def _received(self) -> list[Artefact]:
        return [Artefact(path=readable(path), data=bytes(data)) for path, data in self._artefacts.items()]

    def _start(self, phase: Phase) -> None:
        limit = self.plan.limits(phase).output_bytes
        self.stages.append(StageRecord(phase, {name: Collector(limit) for name in STREAMS.values()}))
        self.on_phase(phase)

    def _current(self) -> StageRecord:
        if not self.stages:
            raise frames.BadFrame("nothing has started")
        return self.stages[-1]

    def _output(self, stream: str, data: bytes) -> None:
        stage = self._current()
        kept = stage.streams[stream].add(data)
        if kept and self.on_output is not None:
            self.on_output(OutputFrame(sequence=self._sequence, stream=stream, data=kept, phase=stage.phase))
            self._sequence += 1

    def _artefact(self, path: bytes, data: bytes) -> None:
        self._artefact_bytes += len(data)
        if self._artefact_bytes > MAX_ARTEFACT_BYTES or len(self._artefacts) > MAX_ARTEFACTS:
            raise frames.BadFrame("more artefacts than were asked for")
        self._artefacts.setdefault(path, bytearray()).extend(data)

    def _build(self, path: bytes, data: bytes, *, executable: bool) -> None:
        self._built_bytes += len(data)
        if self._built_bytes > self.plan.build_bytes or len(self._built) > MAX_BUILT_FILES:
            raise frames.BadFrame("more was built than was asked for")
        self._built.setdefault(path, (bytearray(), executable))[0].extend(data)


def _checked(end: Mapping[str, Any]) -> dict[str, Any]:
    """The report, if it has the fields that a verdict needs."""
    found = dict(end)
    for name in ("exit_code", "signal", "limit_hit", "cancelled", "oom_kills", "cpu_seconds", "disk_full"):
        if name not in found:
            raise frames.BadFrame(f"a report without {name}")
    return found


def readable(text: bytes) -> str:
    """Text for any bytes a program may have named a file with."""
    return text.decode(errors="backslashreplace")

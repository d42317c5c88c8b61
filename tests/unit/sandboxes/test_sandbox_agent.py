"""The agent's parts that need no container."""

from pathlib import Path

import pytest

from sandboxes.agent import frames
from sandboxes.agent.counters import Meter
from sandboxes.agent.job import Job, Stage
from sandboxes.conversation import ENGINE_HEADER, Demultiplexer, opening
from sandboxes.errors import Busy, StartFailed
from sandboxes.limits import Limits
from sandboxes.plan import Plan, PlannedStage
from sandboxes.policy import MAX_ARTEFACT_BYTES, MAX_BUILD_BYTES
from sandboxes.result import Phase
from sandboxes.runner import FrameSink, OutputFrame
from sandboxes.slots import Slots
from sandboxes.transcript import Transcript

STAGE = Stage(
    phase="run",
    argv=("python3", "main.py"),
    env={"A": "ü"},
    cpu_seconds=1.5,
    wall_seconds=2,
    output_bytes=10,
    file_bytes=10,
    disk_bytes=10,
    inodes=3,
)
JOB = Job(stages=(STAGE,), uid=10001, artefacts=("**",), artefact_count=1, artefact_bytes=1)


def transcript(*, output_bytes: int = 100, on_output: FrameSink | None = None) -> Transcript:
    limits = Limits(output_bytes=output_bytes)
    stages = (PlannedStage(phase=phase, argv=("x",), env={}, limits=limits) for phase in (Phase.COMPILE, Phase.RUN))
    found = Transcript(plan=Plan(stages=tuple(stages)), on_output=on_output)
    found.take(frames.STARTED, b"compile")
    return found


def test_job_survives_the_journey() -> None:
    assert Job.from_json(JOB.to_json()) == JOB


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_opening_arrives_whole_in_any_pieces(step: int) -> None:
    files = {"a": b"x" * 200_000, "empty": b"", "ü/b": b"y"}
    sent = b"".join(opening(JOB, files, b"z" * 100_000)) if step > 1 else b"".join(opening(JOB, {"a": b"x"}, b"z"))
    decoder = frames.Decoder()
    found = [frame for start in range(0, len(sent), step) for frame in decoder.feed(sent[start : start + step])]
    assert (found[0][0], found[-1]) == (frames.JOB, (frames.GO, b""))
    arrived: dict[str, bytes] = {}
    for kind, payload in found:
        if kind == frames.FILE:
            path, data = frames.split_named(payload)
            arrived[path.decode()] = arrived.get(path.decode(), b"") + data
    assert arrived == (files if step > 1 else {"a": b"x"})


@pytest.mark.parametrize("payload", [b"", b"\0", b"\0\5abc"])
def test_a_short_name_is_refused(payload: bytes) -> None:
    with pytest.raises(frames.BadFrame):
        frames.split_named(payload)


def test_too_large_a_frame_is_refused_both_ways() -> None:
    with pytest.raises(frames.BadFrame):
        frames.encode(1, b"x" * (frames.MAX_PAYLOAD + 1))
    with pytest.raises(frames.BadFrame):
        frames.Decoder().feed(frames.HEADER.pack(1, frames.MAX_PAYLOAD + 1))


def test_demultiplexer_keeps_complaints_apart() -> None:
    stream = ENGINE_HEADER.pack(1, 3) + b"abc" + ENGINE_HEADER.pack(2, 2) + b"no" + ENGINE_HEADER.pack(1, 1) + b"d"
    outer = Demultiplexer()
    assert b"".join(outer.feed(stream[n : n + 1]) for n in range(len(stream))) == b"abcd"
    assert outer.complaint == b"no"


def test_transcript_numbers_frames_over_streams_and_stages_and_bounds_each_stage() -> None:
    seen: list[OutputFrame] = []
    said = transcript(output_bytes=4, on_output=seen.append)
    for kind, data in ((frames.STDOUT, b"ab"), (frames.STDERR, b"x"), (frames.STDOUT, b"cdef"), (frames.STDOUT, b"g")):
        said.take(kind, data)
    said.take(frames.STARTED, b"run")
    said.take(frames.STDOUT, b"hi")
    assert [(f.sequence, f.stream, f.data, f.phase.value) for f in seen] == [
        (0, "stdout", b"ab", "compile"),
        (1, "stderr", b"x", "compile"),
        (2, "stdout", b"cd", "compile"),
        (3, "stdout", b"hi", "run"),
    ]


def test_transcript_refuses_more_artefacts_than_agreed_and_names_odd_ones() -> None:
    said = transcript()
    said.take(frames.ARTEFACT, frames.named(b"\xff", b"x"))
    said.take(frames.ARTEFACT, frames.named(b".display/001-figure.png", b"y"))
    assert [found.path for found in said.files] == ["\\xff"]
    assert [found.path for found in said.displays] == [".display/001-figure.png"]
    piece = frames.named(b"a", b"x" * 65_000)
    for _ in range(MAX_ARTEFACT_BYTES // 65_000):
        said.take(frames.ARTEFACT, piece)
    with pytest.raises(frames.BadFrame):
        said.take(frames.ARTEFACT, piece)


def test_transcript_refuses_a_build_without_end() -> None:
    said = transcript()
    piece = frames.named(b".build/a", b"x" * 65_000)
    for _ in range(MAX_BUILD_BYTES // 65_000):
        said.take(frames.BUILT, piece)
    with pytest.raises(frames.BadFrame):
        said.take(frames.BUILT, piece)


@pytest.mark.parametrize(("kind", "payload"), [(frames.STDOUT, b"x"), (frames.ENDED, b"{}")])
def test_nothing_is_believed_before_a_stage_has_started(kind: int, payload: bytes) -> None:
    said = Transcript(plan=Plan(stages=()), on_output=None)
    with pytest.raises(frames.BadFrame):
        said.take(kind, payload)


def test_a_report_must_be_whole() -> None:
    with pytest.raises(frames.BadFrame, match="exit_code"):
        transcript().take(frames.ENDED, b"{}")


def test_a_refusal_is_a_failed_start() -> None:
    with pytest.raises(StartFailed, match="no such file"):
        transcript().take(frames.REFUSED, b"no such file")


def test_counters_of_version_2(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("memory\n")
    (tmp_path / "cpu.stat").write_text("usage_usec 100000000\nuser_usec 1\n")
    (tmp_path / "memory.events").write_text("low 0\noom 5\noom_kill 2\n")
    (tmp_path / "memory.peak").write_text("4096\n")
    meter = Meter(tmp_path)
    meter.start()
    (tmp_path / "cpu.stat").write_text("usage_usec 107000000\n")
    (tmp_path / "memory.events").write_text("oom_kill 3\n")
    assert (meter.version, meter.oom_kills(), meter.peak_memory_bytes()) == (2, 1, 4096)
    assert 6.0 < meter.cpu_seconds() <= 7.0
    assert meter.memory_method == "cgroup_v2_peak"


def test_counters_of_version_1(tmp_path: Path) -> None:
    for name in ("cpuacct", "memory"):
        (tmp_path / name).mkdir()
    (tmp_path / "cpuacct/cpuacct.usage").write_text("100000000000\n")
    (tmp_path / "memory/memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    (tmp_path / "memory/memory.max_usage_in_bytes").write_text("8192\n")
    meter = Meter(tmp_path)
    meter.start()
    (tmp_path / "memory/memory.oom_control").write_text("oom_kill 4\n")
    assert (meter.version, meter.oom_kills(), meter.peak_memory_bytes()) == (1, 3, 8192)


def test_a_peak_that_may_be_another_runs_is_sampled(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory/memory.max_usage_in_bytes").write_text("8192\n")
    (tmp_path / "memory/memory.usage_in_bytes").write_text("100\n")
    meter = Meter(tmp_path, peak_known=False)
    meter.start()
    meter.sample()
    (tmp_path / "memory/memory.usage_in_bytes").write_text("50\n")
    assert (meter.peak_memory_bytes(), meter.memory_method) == (100, "cgroup_v1_sampled")


@pytest.mark.parametrize("version", [1, 2])
def test_the_agents_share_and_the_images_files_are_not_the_runs(version: int, tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    usage = tmp_path / ("memory/memory.usage_in_bytes" if version == 1 else "memory.current")
    stat = tmp_path / ("memory/memory.stat" if version == 1 else "memory.stat")
    name = "cache" if version == 1 else "file"
    if version == 2:
        (tmp_path / "cgroup.controllers").write_text("memory\n")
    usage.write_text("1000\n")
    stat.write_text(f"{name} 300\nshmem 100\n")
    meter = Meter(tmp_path)
    assert meter.version == version
    meter.start()
    assert meter.base_memory_bytes() == 1000
    # 500 bytes of files from disk, 50 in a tmpfs, which are the program's
    stat.write_text(f"{name} 850\nshmem 150\n")
    assert meter.base_memory_bytes() == 1500
    stat.write_text(f"{name} 200\nshmem 100\n")
    assert meter.base_memory_bytes() == 1000


def test_slots_are_shared_and_freed(tmp_path: Path) -> None:
    one, other = (Slots(tmp_path, 2, patience_seconds=0.05) for _ in range(2))
    with one.take() as first, other.take() as second:
        assert {first, second} == {0, 1}
        with pytest.raises(Busy), one.take():
            pass
    with other.take() as again:
        assert again == 0

"""Environments are data."""

from pathlib import Path

import pytest

from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits
from sandboxes.recipes import agent_files, image_for
from sandboxes.registry import Registry
from sandboxes.result import Phase
from sandboxes.stage_spec import DetectSpec

TEXT = """
version: "1"
name: toy
title: Toy
kind: program
languages: [toy, ty]
extensions: [.ty]
entry: main.ty
compile: {argv: [toyc, "-m{memory_mib}", "{sources}"], limits: {pids: 9}}
run: {argv: [toy, "--file={entry}", "{args}", "-{stem}"]}
tests: {argv: [toytest, "{tests}"], patterns: ["test_*.ty", "spec/*"]}
limits: {pids: 7}
smoke: [{name: hello}]
"""


@pytest.fixture
def images(tmp_path: Path) -> Path:
    for name in ("base", "toy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text("FROM x\n")
    (tmp_path / "toy/environment.yaml").write_text(TEXT)
    return tmp_path


def test_an_environment_is_a_folder(images: Path) -> None:
    registry = Registry.load(images)
    toy = registry.get("toy")
    files = ("d/b.TY", "a.ty", "x.txt", "d/test_b.ty", "spec/c")
    assert toy.command(Phase.RUN, entry="a.ty", args=("1", "{entry}")) == ("toy", "--file=a.ty", "1", "{entry}", "-a")
    compiling = toy.command(Phase.COMPILE, entry="a.ty", files=files, memory_bytes=64 << 20)
    assert compiling == ("toyc", "-m64", "a.ty", "d/b.TY")
    assert toy.command(Phase.TESTS, entry="a.ty", files=files) == ("toytest", "d/test_b.ty", "spec/c")
    assert toy.default_limits() == Limits(pids=7)
    assert toy.default_limits(Phase.COMPILE) == Limits(pids=9)
    assert (registry.by_language(" TY "), registry.by_language("rust")) == ("toy", None)
    assert (registry.by_extension("X.TY"), registry.by_extension("x.py")) == ("toy", None)


def test_an_environment_told_apart_by_imports_says_so_and_shares_the_extension_of_its_base(images: Path) -> None:
    (images / "arcade").mkdir()
    detect = "detect: {base: [toy], imports: [arcade], fallback: toy}\n"
    (images / "arcade/environment.yaml").write_text(TEXT.replace("name: toy", "name: arcade") + detect)
    registry = Registry.load(images)
    assert registry.get("arcade").detect == DetectSpec(base=("toy",), imports=("arcade",), fallback="toy")
    assert registry.by_extension("x.ty") == "toy"


def test_unknown_names_are_told_what_there_is(images: Path) -> None:
    with pytest.raises(InvalidRun, match="there are: toy"):
        Registry.load(images).get("cobol")


@pytest.mark.parametrize(
    "change",
    [
        ("title: Toy", "titel: Toy"),
        ("name: toy", "name: other"),
        ("limits: {", "limits: ["),
        ("title:", "detect: {import: [x]}\ntitle:"),
    ],
)
def test_a_wrong_file_is_named(images: Path, change: tuple[str, str]) -> None:
    (images / "toy/environment.yaml").write_text(TEXT.replace(*change))
    with pytest.raises(InvalidRun, match=r"toy/environment\.yaml"):
        Registry.load(images)


def test_the_python_environment_comes_with_the_library() -> None:
    registry = Registry.load()
    python = registry.get("python")
    assert registry.by_language("py") == "python"
    assert all(python.smoke_files(smoke) for smoke in python.smoke)
    with pytest.raises(InvalidRun, match="no compile stage"):
        python.command(Phase.COMPILE, entry="main.py")


def test_tags_follow_content(images: Path) -> None:
    toy = Registry.load(images).get("toy")
    before = image_for(toy)
    assert image_for(toy) == before
    (images / "base/Dockerfile").write_text("FROM y\n")
    with_other_base = image_for(toy)
    (images / "toy/Dockerfile").write_text("FROM z\n")
    assert len({before, with_other_base, image_for(toy)}) == 3


def test_the_agent_is_complete_and_stands_alone() -> None:
    files = agent_files()
    assert {"__main__.py", "sandboxes/__init__.py", "sandboxes/agent/main.py"} <= files.keys()
    for text in files.values():
        for line in text.decode().splitlines():
            if line.startswith("from sandboxes"):
                assert line.startswith("from sandboxes.agent")


@pytest.mark.parametrize("kind", ["web", "tool"])
def test_only_a_tool_has_a_sandbox_inside_its_sandbox(images: Path, kind: str) -> None:
    text = TEXT.replace("kind: program", f"kind: {kind}\nisolation: container\ninner_sandbox: true")
    text = text.replace('run: {argv: [toy, "--file={entry}", "{args}", "-{stem}"]}', "serve: {argv: [toy], port: 80}")
    (images / "toy/environment.yaml").write_text(text)
    if kind == "tool":
        assert Registry.load(images).get("toy").inner_sandbox
    else:
        with pytest.raises(InvalidRun, match="only a tool has inner_sandbox"):
            Registry.load(images)


def test_a_folder_that_is_only_there_for_others_names_its_parent_in_a_file(images: Path) -> None:
    for name in ("below", "lowest"):
        (images / name).mkdir()
        (images / name / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    (images / "below/parent").write_text("lowest\n")
    (images / "toy/environment.yaml").write_text(TEXT + "parent: below\n")
    toy = Registry.load(images).get("toy")
    assert [folder.name for folder in toy.lineage] == ["below", "lowest"]
    before = image_for(toy)
    (images / "lowest/Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nRUN true\n")
    assert image_for(toy) != before


@pytest.mark.parametrize("wrong", ["toy", "below", "nowhere"])
def test_a_parent_that_is_absent_or_leads_back_is_refused(images: Path, wrong: str) -> None:
    (images / "below").mkdir()
    (images / "below/Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    (images / "below/parent").write_text(wrong)
    (images / "toy/environment.yaml").write_text(TEXT + "parent: below\n")
    with pytest.raises(InvalidRun, match=f"no parent '{wrong}'"):
        Registry.load(images)

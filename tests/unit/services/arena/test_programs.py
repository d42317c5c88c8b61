"""What is asked is checked before it is accepted, and the worker gets exactly that."""

from dataclasses import replace

import pytest

from sandboxes.limits import MIB
from sandboxes.registry import Registry
from sandboxes.result import Phase
from sandboxes.spec import RunRequest
from services.arena import programs
from services.arena.programs import Program, default_entry, from_blob, to_blob
from services.errors import InvalidRequest

ENVIRONMENTS = {found.name: found for found in Registry.load().all()}


def prepare(program: Program) -> RunRequest:
    return programs.prepare(program, ENVIRONMENTS, find=lambda environment, files: (f"{environment}-{len(files)}",))


HELLO = Program(environment="python", files={"main.py": b"print(1)"})


def test_what_is_kept_comes_back_as_it_was() -> None:
    program = Program(
        environment="c",
        files={"main.c": b"\x00\xff", "data/\u00fc.bin": bytes(range(256))},
        stdin=b"\xf0\x28",
        args=("a", "\u00fc"),
        env={"NAME": "value"},
        limits={Phase.RUN: {"memory_bytes": 64 * MIB}, Phase.COMPILE: {"wall_seconds": 7.5}},
        tests=False,
        interactive=True,
        isolation="container",
        artefacts=("*.png",),
    )
    request = prepare(program)
    assert from_blob(to_blob(request), key="k") == replace(request, key="k")


def test_limits_that_are_left_out_are_the_environments() -> None:
    usual = ENVIRONMENTS["c"].default_limits(Phase.COMPILE)
    request = prepare(Program(environment="c", files={"a.c": b""}, limits={Phase.COMPILE: {"wall_seconds": 3}}))
    assert request.stage_limits == {Phase.COMPILE: replace(usual, wall_seconds=3)}
    assert request.limits is None


def test_what_it_needs_is_found_unless_it_is_said() -> None:
    assert prepare(HELLO).dependencies == ("python-1",)
    assert prepare(replace(HELLO, dependencies=())).dependencies == ()
    assert prepare(replace(HELLO, dependencies=("x",))).dependencies == ("x",)


def test_the_order_of_files_and_names_does_not_make_another_request() -> None:
    one = replace(HELLO, files={"main.py": b"1", "a.py": b"2"}, env={"A": "1", "B": "2"})
    other = replace(HELLO, files={"a.py": b"2", "main.py": b"1"}, env={"B": "2", "A": "1"})
    assert to_blob(prepare(one)) == to_blob(prepare(other))


@pytest.mark.parametrize(
    ("files", "entry"),
    [
        ({"x.py": b"", "main.py": b""}, "main.py"),
        ({"note.txt": b"", "b.py": b""}, "b.py"),
        ({"note.txt": b""}, "note.txt"),
    ],
)
def test_an_entry_is_found(files: dict[str, bytes], entry: str) -> None:
    assert default_entry(ENVIRONMENTS["python"], files) == entry


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"environment": "cobol"}, "environment"),
        ({"files": {"../x": b""}}, "files"),
        ({"files": {}}, "entry"),
        ({"entry": "other.py"}, "entry"),
        ({"files": {"main.py": bytes(17 * MIB)}}, "files"),
        ({"stdin": bytes(17 * MIB)}, "stdin"),
        ({"env": {"PATH": "/"}}, "env"),
        ({"args": ("a\0b",)}, "args"),
        ({"args": ("\u00e9" * 30_000,)}, "args"),
        ({"limits": {Phase.COMPILE: {"wall_seconds": 1.0}}}, "limits.compile"),
        ({"limits": {Phase.RUN: {"memory_bytes": 1}}}, "limits"),
        ({"limits": {Phase.RUN: {"wall_seconds": 800.0}}}, "limits"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(changes: dict[str, object], where: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        prepare(replace(HELLO, **changes))  # type: ignore[arg-type]
    assert caught.value.where == where


@pytest.mark.parametrize("name", [name for name, found in ENVIRONMENTS.items() if found.serve])
def test_every_environment_with_a_face_takes_a_program(name: str) -> None:
    environment = ENVIRONMENTS[name]
    request = prepare(Program(environment=name, files={environment.entry: b"x"}))
    assert request.entry == environment.entry

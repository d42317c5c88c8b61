"""`arena sandbox`: run one program, look at the promises, clean up."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.choice import choose
from services.cli.program_files import program_files, read_file
from services.cli.sandbox_open import open_app

if TYPE_CHECKING:
    from sandboxes.runner import RunControl


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The sandbox by itself.", no_args_is_help=True)
    group.command("run")(run)
    group.command("open")(open_app)
    group.command("check")(check)
    group.command("clean")(clean)
    app.add_typer(group, name="sandbox")


def run(
    file: Annotated[str, typer.Argument(help="The program: a file, a folder, or - for stdin.")],
    *,
    arguments: Annotated[list[str] | None, typer.Argument(help="Its arguments.")] = None,
    environment: Annotated[str, typer.Option(help="Environment; default by the file's extension.")] = "",
    stdin: Annotated[Path | None, typer.Option(help="File that becomes the program's stdin.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, help="Wall seconds; 0.1 to 600.")] = 15.0,
    memory: Annotated[int, typer.Option(min=33_554_432, help="Memory in bytes.")] = 536_870_912,
    entry: Annotated[str, typer.Option(help="File of the folder to run; default the environment's.")] = "",
    isolation: Annotated[str, typer.Option(help="namespace or container; default the environment's.")] = "",
    tests: Annotated[bool, typer.Option(help="Run the tests that the folder brings.")] = True,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Our input becomes the program's.")] = False,
    server: Annotated[str, typer.Option(help="Address of an arena that runs it, instead of this machine.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Run a program in a sandbox, with the packages it asks for where those are allowed.

    The exit code is 0 whenever the run has a result, good or bad.
    """
    from services.cli.output import print_json
    from services.cli.sandbox_report import print_output, print_summary
    from services.errors import InvalidRequest

    if interactive and file == "-":
        raise InvalidRequest("The program comes from standard input, so its own input cannot.")
    wish = Wish(
        files=program_files(file),
        entry=entry,
        environment=environment,
        stdin=read_file(stdin) if stdin else b"",
        args=tuple(arguments or ()),
        run_limits={"wall_seconds": timeout, "cpu_seconds": timeout, "memory_bytes": memory},
        tests=tests,
        isolation=isolation,
        interactive=interactive,
    )
    live = not json and (interactive or bool(server))
    document = _remotely(wish, server, live=live) if server else _here(wish, live=live)
    if json:
        print_json("execution", document)
        return
    if not live:
        print_output(document)
    print_summary(document)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to run, and how."""

    files: dict[str, bytes]
    entry: str
    environment: str
    stdin: bytes
    args: tuple[str, ...]
    run_limits: dict[str, float]
    tests: bool
    isolation: str
    interactive: bool


def _here(wish: Wish, *, live: bool) -> dict[str, Any]:
    """Run it on the engine at hand."""
    import threading
    from dataclasses import replace

    from sandboxes.runner import OutputFrame, RunControl
    from sandboxes.spec import RunRequest
    from services.cli.sandbox_report import as_document, print_piece
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    assembly = Assembly(load_settings())
    known = [(found.name, found.extensions, found.entry) for found in assembly.registry.all() if found.run]
    environment, entry = choose(wish.files, known, environment=wish.environment, entry=wish.entry)
    limits = replace(assembly.registry.get(environment).default_limits(), **wish.run_limits)  # type: ignore[arg-type]
    request = RunRequest(
        key=assembly.ids.new(),
        environment=environment,
        files=wish.files,
        entry=entry,
        stdin=wish.stdin,
        args=wish.args,
        dependencies=assembly.dependencies_of(environment, wish.files),
        limits=limits,
        tests=wish.tests,
        interactive=wish.interactive,
        isolation=wish.isolation,
    )
    control = RunControl()

    def show(frame: OutputFrame) -> None:
        print_piece(frame.stream, frame.data.decode("utf-8", "replace"))

    if wish.interactive:
        threading.Thread(target=_forward, args=(control,), daemon=True).start()
    return as_document(assembly.runner.run(request, on_output=show if live else None, control=control))


def _forward(control: "RunControl") -> None:
    """Our input to the program's, as it comes; a program that does not read holds it up."""
    import time

    from sandboxes.errors import Busy, InvalidRun
    from services.cli.typed import typed

    for data in typed():
        while True:
            try:
                control.send_stdin(data)
                break
            except Busy:
                # the program takes its input when it likes, and nothing tells when it has
                time.sleep(0.05)
            except InvalidRun:
                return
    control.close_stdin()


def _remotely(wish: Wish, server: str, *, live: bool) -> dict[str, Any]:
    """Run it where that arena runs programs."""
    from base64 import b64encode

    from services.cli.remote_run import RemoteRun, Server

    arena = Server(server)
    known = arena.ask("GET", "/environments")["environments"]
    programs = [found for found in known if found["kind"] == "program"]
    names = [(found["name"], found["extensions"], found["entry"]) for found in programs]
    environment, entry = choose(wish.files, names, environment=wish.environment, entry=wish.entry)
    body = {
        "environment": environment,
        "files": [{"path": path, "base64": b64encode(data).decode()} for path, data in wish.files.items()],
        "entry": entry,
        "stdin_base64": b64encode(wish.stdin).decode(),
        "args": list(wish.args),
        "limits": {"run": wish.run_limits},
        "tests": wish.tests,
        "interactive": wish.interactive,
        "isolation": wish.isolation,
    }
    return RemoteRun(arena, live).run(body)


def check() -> None:
    """Every promise of the sandbox, tried on the engine at hand; exit 1 when one does not hold."""
    from sandboxes.hardening import hardening_table
    from sandboxes.selfcheck import rule_check, self_check
    from services.cli.output import results
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    runner, console, failed = Assembly(load_settings()).runner, results(), 0
    levels = ["namespace", "container"] if runner.supports_namespaces() else ["container"]
    for found in rule_check(runner):
        failed += not found.passed
        console.print(f"{'ok' if found.passed else 'FAILED':8} {found.name:32} {found.detail}", markup=False)
    for level in levels:
        console.print(f"\n-- {level}: conformance", markup=False)
        for found in self_check(runner, isolation=level, prefix=f"check-{level}"):
            failed += not found.passed
            console.print(f"{'ok' if found.passed else 'FAILED':8} {found.name:32} {found.detail}", markup=False)
        console.print(f"\n-- {level}: hardening (flag, wanted, found)", markup=False)
        for row in hardening_table(runner, isolation=level, key=f"check-{level}"):
            failed += not row.holds
            line = f"{'ok' if row.holds else 'FAILED':8} {row.flag:32} wanted {row.wanted}, found {row.found}"
            console.print(line, markup=False)
    if "namespace" not in levels:
        console.print("\nThis host does not allow `namespace`; every run gets a container of its own.", markup=False)
    if failed:
        raise typer.Exit(1)


def clean() -> None:
    """Destroy sandboxes that have ended, whose deadline has passed or whose worker is dead."""
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    typer.echo(f"{Assembly(load_settings()).runner.clean()} removed")

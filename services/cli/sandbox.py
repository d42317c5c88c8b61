"""`arena sandbox`: run one program, look at the promises, clean up."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The sandbox by itself.", no_args_is_help=True)
    group.command("run")(run)
    group.command("check")(check)
    group.command("clean")(clean)
    app.add_typer(group, name="sandbox")


def run(
    file: Annotated[str, typer.Argument(help="The program; - reads it from stdin.")],
    environment: Annotated[str, typer.Option(help="Environment; default by the file's extension.")] = "",
    stdin: Annotated[Path | None, typer.Option(help="File that becomes the program's stdin.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, help="Wall seconds; 0.1 to 600.")] = 15.0,
    memory: Annotated[int, typer.Option(min=16_777_216, help="Memory in bytes.")] = 536_870_912,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Run a program in a sandbox. The exit code is 0 whenever the run has a result, good or bad."""
    from dataclasses import replace

    from sandboxes.limits import Limits
    from sandboxes.spec import RunRequest
    from services.cli.output import print_json
    from services.cli.sandbox_report import as_document, print_result
    from services.entrypoints.bootstrap import Assembly
    from services.errors import InvalidRequest
    from services.settings import load_settings

    assembly = Assembly(load_settings())
    name, source = _program(file)
    chosen = environment or assembly.registry.by_extension(Path(name).suffix) or ""
    if not chosen:
        raise InvalidRequest(f"No environment runs {name}.", hint="Name one with --environment.")
    limits = replace(Limits(), wall_seconds=timeout, cpu_seconds=timeout, memory_bytes=memory)
    request = RunRequest(
        key=assembly.ids.new(),
        environment=chosen,
        files={name: source},
        entry=name,
        stdin=_read(stdin) if stdin else b"",
        limits=limits,
    )
    result = assembly.runner.run(request)
    if json:
        print_json("execution", as_document(result))
    else:
        print_result(result)


def _program(file: str) -> tuple[str, bytes]:
    if file == "-":
        return "main.py", sys.stdin.buffer.read()
    path = Path(file)
    return path.name, _read(path)


def _read(path: Path) -> bytes:
    from services.errors import InvalidRequest

    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"Cannot read {path}: {error.strerror}.") from None


def check() -> None:
    """Every promise of the sandbox, tried on the engine at hand; exit 1 when one does not hold."""
    from sandboxes.hardening import hardening_table
    from sandboxes.selfcheck import rule_check, self_check
    from services.cli.output import results
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    runner, console, failed = Assembly(load_settings()).runner, results(), 0
    for found in [*rule_check(runner), *self_check(runner)]:
        failed += not found.passed
        console.print(f"{'ok' if found.passed else 'FAILED':8} {found.name:32} {found.detail}", markup=False)
    for row in hardening_table(runner):
        failed += not row.holds
        line = f"{'ok' if row.holds else 'FAILED':8} {row.flag:32} wanted {row.wanted}, found {row.found}"
        console.print(line, markup=False)
    if failed:
        raise typer.Exit(1)


def clean() -> None:
    """Destroy sandboxes whose deadline has passed."""
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    typer.echo(f"{Assembly(load_settings()).runner.reap()} removed")

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
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Run a program in a sandbox, with the packages it asks for where those are allowed.

    The exit code is 0 whenever the run has a result, good or bad.
    """
    from dataclasses import replace

    from sandboxes.spec import RunRequest
    from services.cli.output import print_json
    from services.cli.sandbox_report import as_document, print_result
    from services.entrypoints.bootstrap import Assembly
    from services.errors import InvalidRequest
    from services.settings import load_settings

    assembly = Assembly(load_settings())
    files = _program(file)
    name = entry or next(iter(files))
    chosen = environment or assembly.registry.by_extension(Path(name).suffix) or ""
    if not chosen:
        raise InvalidRequest(f"No environment runs {name}.", hint="Name one with --environment.")
    found = assembly.registry.get(chosen)
    if not entry and found.entry in files:
        name = found.entry
    limits = replace(found.default_limits(), wall_seconds=timeout, cpu_seconds=timeout, memory_bytes=memory)
    request = RunRequest(
        key=assembly.ids.new(),
        environment=chosen,
        files=files,
        entry=name,
        stdin=_read(stdin) if stdin else b"",
        args=tuple(arguments or ()),
        dependencies=assembly.dependencies_of(chosen, files),
        limits=limits,
        tests=tests,
        isolation=isolation,
    )
    result = assembly.runner.run(request)
    if json:
        print_json("execution", as_document(result))
    else:
        print_result(result)


def _program(file: str) -> dict[str, bytes]:
    """The program's files by path; never empty."""
    from services.errors import InvalidRequest

    if file == "-":
        return {"main.py": sys.stdin.buffer.read()}
    path = Path(file)
    if not path.is_dir():
        return {path.name: _read(path)}
    found = sorted(part for part in path.rglob("*") if part.is_file() and not part.is_symlink())
    if not found:
        raise InvalidRequest(f"The folder {file} holds no files.")
    return {part.relative_to(path).as_posix(): _read(part) for part in found[:1000]}


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

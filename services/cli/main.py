"""Entry point: builds the command tree; heavy imports happen inside the commands."""

import sys
from typing import Annotated

import typer

from sandboxes.errors import SandboxError
from services import __version__
from services.cli import (
    admin,
    audit,
    battle,
    board,
    data,
    database,
    environments,
    export,
    import_,
    models,
    sandbox,
    server,
    votes,
)
from services.cli.exit_codes import ExitCode, exit_code
from services.errors import ArenaError


def _version(*, value: bool) -> None:
    if value:
        typer.echo(f"arena {__version__}")
        raise typer.Exit


def build() -> typer.Typer:
    """The whole command tree."""
    app = typer.Typer(
        name="arena",
        help="RunArena: the arena where generated code has to run.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @app.callback()
    def root(
        *,
        version: Annotated[
            bool, typer.Option("--version", callback=lambda value: _version(value=value), is_eager=True)
        ] = False,
    ) -> None:
        """RunArena: the arena where generated code has to run."""

    for group in (
        admin,
        server,
        battle,
        board,
        audit,
        data,
        database,
        environments,
        export,
        import_,
        models,
        sandbox,
        votes,
    ):
        group.add_to(app)
    return app


def main() -> None:
    """Run the command line; expected errors are one line and a hint."""
    try:
        build()()
    except (ArenaError, SandboxError) as error:
        sys.stderr.write(f"arena: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"  hint: {error.hint}\n")
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.stderr.write("arena: interrupted\n")
        sys.exit(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()

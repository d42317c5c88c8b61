"""`arena import votes`: check a file of votes, and write it in another form."""

from pathlib import Path
from typing import Annotated

import typer

from services.arena.exports.files import FileFormat
from services.arena.exports.vote_files import RecordForm


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Votes from elsewhere.", no_args_is_help=True)
    # one command would become the group itself
    group.callback()(lambda: None)
    group.command("votes")(votes)
    app.add_typer(group, name="import")


def votes(
    file: Annotated[Path, typer.Argument(help="Votes in our form, in that of public arenas, or of crowd files.")],
    *,
    out: Annotated[str, typer.Option(help="Write them here; - for standard output. Left out: only check.")] = "",
    form: Annotated[RecordForm, typer.Option(help="The columns to write.")] = RecordForm.OURS,
    file_format: Annotated[FileFormat | None, typer.Option("--format", help="Default by the file's name.")] = None,
    judge: Annotated[str, typer.Option(help="Who judged, where the file does not say.")] = "imported",
) -> None:
    """Read a file whole or not at all; what is wrong is listed by line.

    Votes from elsewhere never enter this arena's own boards, which would mix populations: compute boards, quality and
    audits from the file (`arena leaderboard fit --votes`, `arena votes quality --votes`, `arena audit --votes`).
    """
    from services.arena.exports.vote_files import read_votes, write_votes

    found = read_votes(str(file), judge=judge)
    typer.echo(f"{len(found.records)} judgements in the form {found.form}.", err=True)
    if out:
        written = write_votes(found.records, out, file_format=file_format, form=form)
        typer.echo(f"{written.rows} written: {out}", err=True)

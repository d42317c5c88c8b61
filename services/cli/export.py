"""`arena export`: votes, battles, boards, preference pairs and the registry's history as files."""

from pathlib import Path
from typing import Annotated

import typer

from services.arena.exports.files import STDOUT, FileFormat
from services.arena.exports.vote_files import RecordForm
from services.cli.export_preferences import preferences
from services.domain.judgement import Source

Out = Annotated[str, typer.Option("--out", help="The file; - for standard output.")]
FormatOption = Annotated[FileFormat | None, typer.Option("--format", help="Default by the file's name.")]
TextsOption = Annotated[
    bool,
    typer.Option("--texts", help="With what people and models wrote: only where your terms of use allow it."),
]
SourceOption = Annotated[Source, typer.Option("--source", help="Whose judgements.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Files of votes, battles, boards, preference pairs and the registry's history.", no_args_is_help=True
    )
    group.command("votes")(votes)
    group.command("battles")(battles)
    group.command("leaderboard")(leaderboard)
    group.command("registry")(registry)
    group.command("preferences")(preferences)
    app.add_typer(group, name="export")


def votes(
    out: Out = "-",
    source: SourceOption = Source.HUMAN,
    *,
    snapshot: Annotated[int, typer.Option(min=0, help="The votes of this published board, as they were then.")] = 0,
    form: Annotated[RecordForm, typer.Option(help="Our columns, or those of public arena files.")] = RecordForm.OURS,
    texts: TextsOption = False,
    file_format: FormatOption = None,
) -> None:
    """Judgements under pseudonyms, with flags, probabilities and policies: boards can be computed from these alone."""
    from services.arena.exports.battle_reader import BattleReader
    from services.arena.exports.vote_bytes import from_bytes
    from services.arena.exports.vote_files import write_votes
    from services.arena.snapshots import public
    from services.arena.vote_records import VoteRecords
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    assembly = Assembly(load_settings())
    if snapshot:
        records = from_bytes(assembly.snapshots.votes(snapshot))
    else:
        records = public(VoteRecords(store=assembly.store).of(source))
    conversations = BattleReader(store=assembly.store).conversation if texts else None
    written = write_votes(records, out, file_format=file_format, form=form, conversations=conversations)
    nulls = f", {written.nulls} without a verdict left out" if written.nulls else ""
    typer.echo(f"{written.rows} judgements{nulls}: {out}", err=True)


def battles(out: Out = "-", *, texts: TextsOption = False) -> None:
    """Battles that were voted on, whole: prompts, answers, programs, runs, judgements, votes; one JSON document a line.

    Without --texts what people and models wrote, and what programs printed or showed, is left empty.
    """
    from services.arena.exports.battle_documents import line_of
    from services.arena.exports.battle_reader import BattleReader
    from services.arena.exports.files import written
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    count = 0
    with written(out) as stream:
        for document in BattleReader(store=Assembly(load_settings()).store).every(texts=texts):
            stream.write(line_of(document))
            count += 1
    typer.echo(f"{count} battles: {out}", err=True)


def leaderboard(
    out: Out = "-",
    source: SourceOption = Source.HUMAN,
    *,
    snapshot: Annotated[int, typer.Option(min=0, help="This published board instead of the live one.")] = 0,
    file_format: Annotated[
        FileFormat | None, typer.Option("--format", help="Rows of a table; default by the file's name, else JSON.")
    ] = None,
) -> None:
    """A board: one JSON document with every digit of it, or its standings as rows (JSON lines, CSV, Parquet)."""
    from pydantic import TypeAdapter

    from services.arena.exports import board_rows
    from services.arena.exports.files import format_of, written
    from services.arena.exports.vote_files import table
    from services.domain.rating import Board, Snapshot
    from services.entrypoints.bootstrap import Assembly
    from services.errors import NotFound
    from services.settings import load_settings

    document = file_format is None and (out == STDOUT or Path(out).suffix.lower() == ".json")
    chosen = None if document else format_of(out, file_format)
    with Assembly(load_settings()).store() as uow:
        found = uow.snapshots.get(snapshot) if snapshot else uow.boards.find(source)
    if found is None:
        raise NotFound("Nothing has been judged yet.", hint="A board needs votes.")
    if chosen is None:
        kind = Snapshot if snapshot else Board
        with written(out) as stream:
            stream.write(TypeAdapter(kind).dump_json(found, indent=2) + b"\n")
        return
    board = found.board if isinstance(found, Snapshot) else found
    with table(out, board_rows.COLUMNS, file_format=chosen) as rows:
        for row in board_rows.rows_of(board, snapshot=snapshot):
            rows.write(row)


def registry(
    events: Out = "-", *, draws: Annotated[Path | None, typer.Option(help="Drawn battles, too.")] = None
) -> None:
    """The history of contenders and rules, and the drawn battles: what `arena audit` reads of an exported arena."""
    from pydantic import TypeAdapter

    from services.arena.exports.files import written
    from services.domain.registry_event import RegistryEvent
    from services.entrypoints.bootstrap import Assembly
    from services.ratings.audit.draw import Draw, draws_of_battles
    from services.settings import load_settings

    with Assembly(load_settings()).store() as uow:
        history, battles = uow.registry.all(), uow.battles.recent(None)
    with written(events) as stream:
        stream.writelines(TypeAdapter(RegistryEvent).dump_json(event) + b"\n" for event in history)
    if draws is not None:
        with written(str(draws)) as stream:
            stream.writelines(TypeAdapter(Draw).dump_json(draw) + b"\n" for draw in draws_of_battles(battles))

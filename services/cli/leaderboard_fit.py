"""`arena leaderboard fit`: a board from a file of votes alone, offline, and whether it is the published one."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.domain.judgement import Source

if TYPE_CHECKING:
    from services.domain.rating import Board

DECIMALS = 6
"""Scores and intervals are published to a millionth of a point; equal to these decimals is equal."""


def add_to(group: typer.Typer) -> None:
    """Add the command to `arena leaderboard`."""
    group.command("fit")(fit)


def fit(
    votes: Annotated[Path, typer.Option(help="Votes: JSON lines, CSV or Parquet, in any form that can be read.")],
    *,
    source: Annotated[Source, typer.Option(help="Whose judgements of the file.")] = Source.HUMAN,
    snapshot: Annotated[
        Path | None, typer.Option(help="A published board as JSON: compute with its settings, and compare.")
    ] = None,
    anchor: Annotated[str, typer.Option(help="Contender fixed at 1000 points; default the mean.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of the simulation behind rank bounds.")] = 20_240_101,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Compute a board from votes alone. With --snapshot: exit 5 when it is not the published one.

    The same to the published decimals anywhere; the same to the last bit with the same numpy and one BLAS thread
    (OPENBLAS_NUM_THREADS=1), as in the application's image.
    """
    from datetime import UTC, datetime

    from services.arena.exports.vote_files import read_votes
    from services.cli.board_print import print_board
    from services.cli.exit_codes import ExitCode
    from services.cli.output import print_json
    from services.ratings.standings import board_of

    published = _published(snapshot) if snapshot is not None else None
    records = read_votes(str(votes)).records
    if published is None:
        epoch = datetime.fromtimestamp(0, UTC)
        at = max((record.created_at for record in records), default=epoch)
        board = board_of(records, source=source, anchor=anchor, seed=seed, computed_at=at)
    else:
        board = board_of(
            records,
            source=published.source,
            slice=published.slice,
            anchor=published.anchor,
            seed=published.seed,
            computed_at=published.computed_at,
            kind=published.interval_kind,
            rules=published.rules,
        )
    if json:
        print_json("leaderboard", board)
    else:
        print_board(board)
    if published is None:
        return
    different = list(differences("", published, board))
    for line in different[:20]:
        typer.echo(f"differs: {line}", err=True)
    if different:
        raise typer.Exit(ExitCode.GATE)
    typer.echo(f"Equal to the published board in every rank, count and {DECIMALS} decimals.", err=True)


def differences(path: str, one: Any, other: Any) -> Iterator[str]:
    """Where the published value `one` at `path` and the computed one `other` differ beyond `DECIMALS`."""
    if is_dataclass(one) and is_dataclass(other):
        # what the rows follow from comes first
        for field in sorted(fields(one), key=lambda field: field.name == "standings"):
            name = f"{path}.{field.name}" if path else field.name
            yield from differences(name, getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple) and isinstance(other, tuple):
        if len(one) != len(other):
            yield f"{path}: {len(one)} published, {len(other)} computed"
        for number, (first, second) in enumerate(zip(one, other, strict=False), start=1):
            yield from differences(f"{path}[{number}]", first, second)
    elif isinstance(one, float) and isinstance(other, float):
        if one != other and not abs(one - other) < 0.5 * 10**-DECIMALS:
            yield f"{path}: {one!r} published, {other!r} computed"
    elif one != other:
        yield f"{path}: {one!r} published, {other!r} computed"


def _published(path: Path) -> "Board":
    """The board in the JSON of a board, of a snapshot, or of what a command or the interface printed of one.

    Raises:
        InvalidRequest: it holds no board.
    """
    import json

    from pydantic import TypeAdapter, ValidationError

    from services.domain.rating import Board
    from services.errors import InvalidRequest

    hint = "Use `arena export leaderboard --snapshot N`."
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        raise InvalidRequest(f"{path} is not JSON.", hint=hint) from None
    while isinstance(found, dict) and "standings" not in found:
        found = found.get("data") or found.get("board")
    try:
        return TypeAdapter(Board).validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"{path} holds no board: {place or 'the document'}: {first['msg']}.", hint=hint) from None

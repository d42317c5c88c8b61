"""`arena leaderboard`: the boards, one per source, never summed; slices of them; who beat whom."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import leaderboard_explain, leaderboard_fit, leaderboard_quality, snapshots
from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, IntervalKind
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.arena.rating import Rating

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]

Sources = Annotated[list[Source] | None, typer.Option("--source", help="Only this source; may be repeated.")]
Category = Annotated[str, typer.Option(help="Only judgements of prompts of this category.")]
Language = Annotated[str, typer.Option(help="Only battles in which both sides wrote in this language.")]
Environment = Annotated[str, typer.Option(help="Only battles in which both sides ran in this environment.")]
Judge = Annotated[str, typer.Option(help="Only this judge's judgements.")]
Since = Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Only from this moment on (UTC).")]
Until = Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Only before this moment (UTC).")]
StyleControl = Annotated[bool, typer.Option("--style-control", help="Take the effect of how answers look out.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Standings by source of judgement.", no_args_is_help=True)
    group.command("show")(show)
    group.command("slices")(slices)
    group.command("matrix")(matrix)
    leaderboard_quality.add_to(group)
    leaderboard_explain.add_to(group)
    snapshots.add_to(group)
    leaderboard_fit.add_to(group)
    app.add_typer(group, name="leaderboard")


def show(
    source: Sources = None,
    *,
    category: Category = "",
    language: Language = "",
    environment: Environment = "",
    judge: Judge = "",
    since: Since = None,
    until: Until = None,
    style_control: StyleControl = False,
    interval: Annotated[
        IntervalKind | None,
        typer.Option(help="Compute now, with ranks that hold at every look (anytime) or once (fixed)."),
    ] = None,
    json: Json = False,
) -> None:
    """The standings as last computed; with any other option than these two, computed on the spot (people's only)."""
    from services.cli.output import print_json

    part = _slice(
        since,
        until,
        category=category,
        language=language,
        environment=environment,
        judge=judge,
        style_controlled=style_control,
    )
    if part == BoardSlice() and interval is None:
        boards = _stored(source or list(Source))
    else:
        kind = interval or IntervalKind.ANYTIME
        boards = [_rating().compute(item, part=part, kind=kind) for item in source or [Source.HUMAN]]
    if json:
        print_json("leaderboard", boards)
        return
    print_boards(boards)


def slices(source: Sources = None, *, json: Json = False) -> None:
    """By which categories, languages, environments and judges boards can be sliced, with their judgements."""
    from services.cli.output import print_json, results

    rating = _rating()
    found = {item.value: rating.options(item) for item in source or list(Source)}
    if json:
        print_json("leaderboard-slices", found)
        return
    for name, options in found.items():
        results().print(f"{name} judgements", style="bold")
        for value in options.values:
            results().print(f"  --{value.name} {value.value}  ({value.judgements})", markup=False)
        if options.first and options.last:
            results().print(f"  from {options.first:%Y-%m-%d %H:%M} to {options.last:%Y-%m-%d %H:%M} UTC")
        else:
            results().print("  none yet")


def matrix(
    source: Annotated[Source, typer.Option(help="Whose judgements.")] = Source.HUMAN,
    *,
    category: Category = "",
    language: Language = "",
    environment: Environment = "",
    judge: Judge = "",
    since: Since = None,
    until: Until = None,
    json: Json = False,
) -> None:
    """Who met whom how often, and the share of points that the row took from the column, with 95 % intervals."""
    from services.cli.board_print import print_matrices
    from services.cli.output import print_json

    part = _slice(since, until, category=category, language=language, environment=environment, judge=judge)
    found = _rating().matrices(source, part=part)
    if json:
        print_json("leaderboard-matrix", found)
        return
    print_matrices(found)


def print_boards(boards: list[Board]) -> None:
    """One table per source on stdout."""
    from services.cli.board_print import print_board
    from services.cli.output import results

    if not boards:
        results().print("No judgements yet. Play a battle: arena battle run --prompt '...'")
    for board in boards:
        print_board(board)


def _rating() -> "Rating":
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    return Assembly(load_settings()).rating


def _stored(sources: list[Source]) -> list[Board]:
    with _rating().store() as uow:
        found = [uow.boards.find(item) for item in sources]
    return [board for board in found if board is not None]


def _slice(since: datetime | None, until: datetime | None, **wanted: Any) -> BoardSlice:
    """The slice that the options ask for; moments are UTC."""
    try:
        return BoardSlice(
            since=since and since.replace(tzinfo=UTC), until=until and until.replace(tzinfo=UTC), **wanted
        )
    except ValueError as error:
        raise InvalidRequest(str(error), hint="--since must lie before --until.") from error

"""`arena leaderboard explain` and `length`: what goes with votes, and win rates as if all answers were equally long."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.leaderboard_quality import JsonOption, SourceOption, VotesOption, records_of
from services.domain.judgement import Source
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.ratings.length_control import LengthControl
    from services.ratings.vote_explanation import Explanation


def add_to(group: typer.Typer) -> None:
    """Add the commands to `arena leaderboard`."""
    group.command("explain")(explain)
    group.command("length")(length)


def explain(
    source: SourceOption = Source.HUMAN,
    *,
    feature: Annotated[list[str] | None, typer.Option(help="Only this feature; may be repeated.")] = None,
    votes: VotesOption = None,
    json: JsonOption = False,
) -> None:
    """What goes with votes: features of the answers' look and of their runs, fitted together with the strengths."""
    from services.cli.output import print_json
    from services.ratings.vote_explanation import explain as explained

    records = records_of(source, votes)
    try:
        found = explained(records, source=source, features=feature or None)
    except (ValueError, ArithmeticError) as error:
        raise InvalidRequest(str(error), hint="Play more battles, or name fewer features with --feature.") from None
    if json:
        print_json("leaderboard-explanation", found)
    else:
        _print_explanation(found, source)


def length(
    baseline: Annotated[str, typer.Option(help="The contender that all others are measured against.")],
    source: SourceOption = Source.LLM,
    *,
    feature: Annotated[
        list[str] | None, typer.Option(help="What is held equal; may be repeated. Default: characters.")
    ] = None,
    votes: VotesOption = None,
    json: JsonOption = False,
) -> None:
    """Win rates against a baseline, raw and with length held equal, in per cent with 95 % intervals by prompt."""
    from services.cli.output import print_json
    from services.ratings.duels import duels_from, duels_of
    from services.ratings.length_control import length_control

    features = tuple(feature or ("characters",))
    rows = duels_of(records_of(source, votes), baseline=baseline, features=features)
    if not rows:
        raise InvalidRequest(
            f"No counted {source} judgement compares {baseline} with another and knows {', '.join(features)}.",
            hint="Name a contender that has played with --baseline.",
        )
    try:
        found = length_control(duels_from(rows, features=features), baseline=baseline)
    except (ValueError, ArithmeticError) as error:
        raise InvalidRequest(str(error)) from None
    if json:
        print_json("leaderboard-length", found)
    else:
        _print_rates(found, source)


def _print_explanation(found: "Explanation", source: Source) -> None:
    from rich.markup import escape
    from rich.table import Table

    from services.cli.output import results

    console = results()
    table = Table(title=f"What goes with {source} votes · {found.votes} votes", title_justify="left")
    for name in ("feature", "kind", "logit per SD", "95 % interval", "VIF", "known in"):
        table.add_column(name, justify="left" if name in ("feature", "kind") else "right")
    for row in found.influences:
        interval = f"{row.low:+.3f} .. {row.high:+.3f}"
        table.add_row(
            escape(row.feature), row.kind, f"{row.value:+.3f}", interval, f"{row.inflation:.1f}", str(row.known)
        )
    console.print(table)
    for moved in found.contenders:
        change = f"{moved.change:+.0f} ({moved.change_low:+.0f} .. {moved.change_high:+.0f})"
        console.print(
            f"  {moved.contender}: {moved.plain:+.0f} -> {moved.explained:+.0f} points, {change}", markup=False
        )
    for name, why in found.left_out.items():
        console.print(f"  left out: {name}: {why}", markup=False, style="dim")
    console.print(f"  {found.method}, {found.clusters} clusters", markup=False, style="dim")
    for note in found.notes:
        console.print(f"  note: {note}", markup=False, style="dim")


def _print_rates(found: "LengthControl", source: Source) -> None:
    from rich.markup import escape
    from rich.table import Table

    from services.cli.output import results

    console = results()
    table = Table(title=f"Win rates against {escape(found.baseline)} · {source} judgements", title_justify="left")
    for name in ("contender", "raw %", "95 % interval", "controlled %", "95 % interval", "prompts"):
        table.add_column(name, justify="left" if name == "contender" else "right")
    for rate in found.rates:
        cells = [
            text
            for figure in (rate.raw, rate.controlled)
            for text in (f"{figure.point:.1f}", f"{figure.low:.1f} .. {figure.high:.1f}")
        ]
        table.add_row(escape(rate.contender), *cells, str(rate.raw.n))
    console.print(table)
    pool = found.pool
    for feature, slope, error in zip(pool.features, pool.slope, pool.slope_error, strict=True):
        console.print(f"  {feature}: {slope:+.2f} logits (standard error {error:.2f})", markup=False, style="dim")
    console.print(f"  {found.method}, {found.clusters} clusters", markup=False, style="dim")
    for rate in found.rates:
        if rate.warning:
            console.print(f"  warning: {rate.contender}: {rate.warning}", markup=False)

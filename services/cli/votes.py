"""`arena votes quality`: are the votes worth counting?"""

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.leaderboard_quality import JsonOption, VotesOption, records_of

if TYPE_CHECKING:
    from services.arena.quality_report import QualityReport
    from services.ratings.agreement import Measure

AGREEMENT = (
    ("agree", "agreement"),
    ("by chance", "chance"),
    ("kappa", "kappa"),
    ("kappa, linear", "kappa_linear"),
    ("kappa, quadratic", "kappa_quadratic"),
    ("A for B", "reversed_share"),
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Votes of people.", no_args_is_help=True)
    # one command would become the group itself
    group.callback()(lambda: None)
    group.command("quality")(quality)
    app.add_typer(group, name="votes")


def quality(
    most: Annotated[int, typer.Option("--voters", min=0, help="How many voters to list, the oddest first.")] = 20,
    *,
    votes: VotesOption = None,
    json: JsonOption = False,
) -> None:
    """Flags, agreement, and voters (under pseudonyms) whose votes are unlike those of others."""
    from services.arena.quality_report import report
    from services.arena.vote_quality import QualityRules
    from services.cli.output import print_json
    from services.domain.judgement import Source
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    settings = load_settings()
    # an exported file may be of another arena, whose contenders nobody knows here
    contenders = () if votes else tuple(Assembly(settings).catalogue.contenders())
    records = records_of(Source.HUMAN, votes)
    found = report(records, rules=QualityRules(contenders=contenders), seed=settings.rating_seed)
    if json:
        print_json("vote-quality", found)
        return
    print_report(found, most=most)


def print_report(found: "QualityReport", *, most: int) -> None:
    """The report as text on stdout."""
    from services.cli.output import results

    console = results()
    if not found.votes:
        console.print("No votes yet.")
        return
    nameless = f", {found.nameless_votes} of nobody in particular" if found.nameless_votes else ""
    console.print(
        f"{found.votes} votes of {len(found.voters)} voters{nameless}; {found.counted} count, "
        f"weighing {found.weight:.1f} together."
    )
    flags = ", ".join(f"{code} {count}" for code, count in found.flags.items() if count)
    console.print(f"flags: {flags or 'none'}")
    _print_voters(found, most)
    _print_agreement(found)


def _print_voters(found: "QualityReport", most: int) -> None:
    from rich.markup import escape
    from rich.table import Table

    from services.cli.output import plain, results

    console = results()
    table = Table(title=f"voters, {found.candidates} judged at alpha {found.alpha:g} (e-BH)", title_justify="left")
    for name in (
        "voter",
        "votes",
        "weight",
        "e-value",
        "largest",
        "hindsight",
        "most like",
        "left",
        "dwell s",
        "again",
        "noticed",
    ):
        table.add_column(name, justify="left" if name in ("voter", "most like", "noticed") else "right")
    for row in found.voters[:most]:
        finding, seat = row.finding, row.seat
        table.add_row(
            escape(plain(row.voter)),
            str(row.votes),
            f"{row.weight:.1f}",
            f"{finding.e_value:.3g}" if finding else "-",
            f"{finding.largest:.3g}" if finding else "-",
            f"{finding.hindsight:.3g}" if finding else "-",
            escape(plain(finding.explanation)) if finding and finding.combined > 1 else "-",
            f"{seat.left}/{seat.decided}" if seat else "-",
            "-" if row.median_dwell_seconds is None else f"{row.median_dwell_seconds:.0f}",
            f"{row.repeats_agreed}/{row.repeats}",
            ", ".join(f"{code} {count}" for code, count in row.flags.items()) or "-",
        )
    console.print(table)
    for row in found.voters[:most]:
        if row.anomalous and row.finding:
            console.print(plain(f"  {row.voter}: {row.finding.reason}"), markup=False)
    if len(found.voters) > most:
        console.print(f"  and {len(found.voters) - most} more (--voters, --json)", style="dim")


def _print_agreement(found: "QualityReport") -> None:
    from rich.table import Table

    from services.cli.output import results

    own, between = found.agreement.own, found.agreement.between
    table = Table(title="agreement on battles shown again, 95 % intervals", title_justify="left")
    for name in ("measure", "own", "between people"):
        table.add_column(name)
    for label, attribute in AGREEMENT:
        table.add_row(label, _told(getattr(own, attribute)), _told(getattr(between, attribute)))
    table.add_row("alpha, nominal", "", _told(found.agreement.alpha))
    table.add_row("alpha, ordinal", "", _told(found.agreement.alpha_ordinal))
    results().print(table)


def _told(measure: "Measure") -> str:
    if measure.point is None:
        return f"- (n {measure.n})"
    interval = "no interval" if measure.low is None else f"{measure.low:.3f} .. {measure.high:.3f}"
    return f"{measure.point:.3f} ({interval}; n {measure.n})"

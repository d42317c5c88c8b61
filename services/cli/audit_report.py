"""The audit for reading: first what was found, then what it was found in."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.cli.output import plain, results
from services.ratings.audit.finding import Severity
from services.ratings.audit.whole import AuditReport

_STYLE = {Severity.VIOLATION: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def print_report(report: AuditReport) -> None:
    """The whole report on stdout."""
    console = results()
    console.print(
        f"Audit of {report.draws} drawn battles, {report.judgements} judgements and {report.events} registry events "
        f"up to {report.computed_at:%Y-%m-%d %H:%M} UTC"
    )
    _findings(console, report)
    _shares(console, report)
    _policies(console, report)
    _private(console, report)
    _removals(console, report)
    _data(console, report)
    _order(console, report)
    for note in report.notes:
        console.print(f"  note: {note}", markup=False, style="dim")


def _findings(console: Console, report: AuditReport) -> None:
    if not report.findings:
        console.print(
            f"\nNothing found. Were all as declared, an audit would still name something in at most "
            f"{report.rules.false_alarm:.0%} of such arenas.\n",
            style="green",
        )
        return
    console.print(f"\n{len(report.findings)} found\n", style="bold")
    for row in report.findings:
        line = Text()
        line.append(f"  {row.severity:<9}", style=_STYLE[row.severity])
        line.append(f" {row.code}\n", style="bold")
        line.append(f"            {plain(row.sentence)}\n")
        line.append(f"            {row.method}\n", style="dim")
        console.print(line)


def _shares(console: Console, report: AuditReport) -> None:
    shares, ratios = report.shares, {row.contender: row.ratio for row in report.declared}
    rows = [
        (
            row.name,
            row.seats,
            f"{row.share:.1%}",
            _day(row.largest_share, row.largest_day),
            _ratio(ratios.get(row.name)),
        )
        for row in shares.contenders
    ]
    title = f"Seats by contender · Gini {shares.gini_contenders:.2f}"
    _table(console, title, ("contender", "seats", "share", "largest day", "drawn / declared"), rows)
    for title, groups in (
        (f"By provider · Gini {shares.gini_providers:.2f}", shares.providers),
        ("By licence", shares.licence_classes),
    ):
        found = [(row.name, row.seats, f"{row.share:.1%}", _day(row.largest_share, row.largest_day)) for row in groups]
        _table(console, title, ("", "seats", "share", "largest day"), found)


def _policies(console: Console, report: AuditReport) -> None:
    rows = [
        (row.policy, row.version, row.draws, f"{row.chi_square:.1f}", row.degrees, f"{row.p_value:.3g}", row.off_policy)
        for row in report.policies
    ]
    heads = ("policy", "version", "draws", "chi-square", "df", "p (one look)", "other probability")
    _table(console, "Draws against the declared policy", heads, rows)


def _private(console: Console, report: AuditReport) -> None:
    rows = [
        (
            row.provider,
            row.family,
            row.variants,
            row.shown,
            row.gone,
            row.waiting,
            f"{row.inflation.points:.1f} ± {row.inflation.deviation:.1f}" if row.inflation else "-",
        )
        for row in report.private
    ]
    heads = ("provider", "family", "tried", "shown", "gone", "waiting", "worth of the best (points)")
    _table(console, f"Private variants · {report.rules.private_variants} of a family are allowed", heads, rows)


def _removals(console: Console, report: AuditReport) -> None:
    rows = [
        (row.licence_class, row.public, row.announced, row.unannounced, row.silent, row.by_rule)
        for row in report.removals_by_class
    ]
    heads = ("licence", "public", "announced", "unannounced", "silent", "by rule")
    _table(console, "Removals", heads, rows)
    parts = report.connectivity.parts
    if len(parts) > 1:
        console.print(f"  The contenders that are left form {len(parts)} groups that never met.", style="dim")
    mixes = [
        (row.contender, f"{row.at:%Y-%m-%d}", row.before, row.after, f"{row.p_value:.3g}", f"{row.effect:.2f}")
        for row in report.drifts
    ]
    _table(console, "Prompts around removals", ("gone", "day", "before", "after", "p", "Cramér's V"), mixes)


def _data(console: Console, report: AuditReport) -> None:
    rows = [
        (row.provider, f"{row.prompt_share:.1%}", f"{row.vote_share:.1%}", row.prompts_given, row.votes_given)
        for row in report.access
    ]
    heads = ("provider", "prompts seen", "votes seen", "prompts given", "votes given")
    _table(console, "Data access", heads, rows)
    months = [
        (row.month, row.judgements, f"{row.same_prompt:.1%}", f"{row.same_group:.1%}") for row in report.repetitions
    ]
    _table(console, "Prompts that come again", ("month", "judgements", "same as month before", "or nearly"), months)
    numbered = [
        (row.number, row.source, f"{row.at:%Y-%m-%d}", f"{row.superseded_at:%Y-%m-%d}" if row.superseded_at else "-")
        for row in report.snapshots
    ]
    _table(console, "Snapshots", ("number", "source", "published", "superseded by deletion"), numbered)
    if report.deletions:
        votes = sum(row.votes for row in report.deletions)
        console.print(f"  deletions on request: {len(report.deletions)}, of {votes} votes in all", style="dim")


def _order(console: Console, report: AuditReport) -> None:
    rows = [
        (row.first, row.second, f"{row.gap:.1f}", "-" if row.confirmed is None else row.confirmed, _part(row.share))
        for row in report.fragility
    ]
    heads = ("above", "below", "points", "votes that carry the order", "of all")
    _table(console, "How few votes carry the order", heads, rows)


def _table(console: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    found = list(rows)
    if not found:
        return
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(heads):
        table.add_column(name, justify="left" if number == 0 else "right")
    for row in found:
        table.add_row(*[Text(plain(str(cell))) for cell in row])
    console.print(table)


def _day(share: float, day: object) -> str:
    return f"{share:.1%} on {day}" if day else "-"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _part(share: float | None) -> str:
    return "-" if share is None else f"{share:.3%}"

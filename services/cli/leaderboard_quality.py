"""`arena leaderboard quality`: how well a source of judgements tells contenders apart, and agrees with a reference."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.domain.judgement import Source
from services.domain.vote_record import VoteRecord

if TYPE_CHECKING:
    from services.ratings.benchmark_quality import Quality
    from services.ratings.figure import Figure
    from services.ratings.ranking_measures import Ranking

SourceOption = Annotated[Source, typer.Option("--source", help="Whose judgements.")]
VotesOption = Annotated[Path | None, typer.Option("--votes", help="Exported votes (JSON lines) instead of the store.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def add_to(group: typer.Typer) -> None:
    """Add the command to `arena leaderboard`."""
    group.command("quality")(quality)


def quality(
    source: SourceOption = Source.HUMAN,
    *,
    reference: Annotated[
        Path | None, typer.Option(help="A ranking to agree with: contender, score, low, high as CSV or JSON.")
    ] = None,
    against: Annotated[Source | None, typer.Option(help="This arena's own board of another source instead.")] = None,
    votes: VotesOption = None,
    replicates: Annotated[int, typer.Option(min=2, max=100_000, help="Bootstrap replicates.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the replicates.")] = 1,
    json: JsonOption = False,
) -> None:
    """Separability, and with a reference: agreement with confidence, pair-rank Brier, rank correlations."""
    from services.cli.output import print_json
    from services.errors import InvalidRequest
    from services.ratings.benchmark_quality import quality_of_records

    if reference is not None and against is not None:
        raise InvalidRequest("There are two references.", hint="Give --reference or --against, not both.")
    if against is source:
        raise InvalidRequest("A board cannot be its own reference.", hint="Name another source with --against.")
    records = records_of(source, votes)
    ranking = _reference(reference, against, votes, replicates=replicates, seed=seed)
    found = quality_of_records(records, source=source, reference=ranking, replicates=replicates, seed=seed)
    if json:
        print_json("leaderboard-quality", found)
    else:
        print_quality(found, source)


def records_of(source: Source, votes: Path | None) -> Sequence[VoteRecord]:
    """The records of `source` in the store, or in an exported file.

    Raises:
        InvalidRequest: the file cannot be read, or a line is no vote.
    """
    if votes is not None:
        from services.arena.exports.vote_files import read_votes

        return [record for record in read_votes(str(votes)).records if record.source is source]
    from services.arena.vote_records import VoteRecords
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    return VoteRecords(store=Assembly(load_settings()).store).of(source)


def _reference(
    path: Path | None, against: Source | None, votes: Path | None, *, replicates: int, seed: int
) -> "Ranking | None":
    if path is not None:
        from services.cli.reference_file import read_reference

        return read_reference(path)
    if against is None:
        return None
    from services.errors import InvalidRequest
    from services.ratings.benchmark_quality import ranking_of_records

    records = records_of(against, votes)
    if not any(record.counted for record in records):
        raise InvalidRequest(f"There are no {against} judgements to compare with.")
    return ranking_of_records(records, source=against, replicates=replicates, seed=seed)


def print_quality(found: "Quality", source: Source) -> None:
    """The figures as a table on stdout."""
    from rich.table import Table

    from services.cli.output import results

    console = results()
    table = Table(title=f"Quality of the {source} board · {found.judgements} judgements", title_justify="left")
    for name in ("figure", "value", "95 % interval", "of"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    for name, figure, unit in _lines(found):
        shown = (f"{figure.point:.3f}", f"{figure.low:.3f} .. {figure.high:.3f}") if figure else ("-", "-")
        table.add_row(name, *shown, f"{figure.n} {unit}" if figure else "-")
    console.print(table)
    console.print(f"  {found.method}, seed {found.seed}", markup=False, style="dim")
    for note in found.notes:
        console.print(f"  note: {note}", markup=False, style="dim")


def _lines(found: "Quality") -> "list[tuple[str, Figure | None, str]]":
    lines: list[tuple[str, Figure | None, str]] = [("separability", found.separability, "pairs")]
    if found.agreement is not None:
        agreed = found.agreement
        lines += [
            ("agreement with confidence", agreed.with_confidence, "pairs"),
            (f"pair-rank Brier ({agreed.undecided} pairs undecided by the reference)", agreed.brier, "pairs"),
            ("Spearman", agreed.spearman, "contenders"),
            ("Kendall", agreed.kendall, "pairs"),
        ]
    return lines

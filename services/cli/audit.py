"""`arena audit`: what the arena declared, held against what it did."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.ratings.audit.whole import AuditReport

FROM_VOTES = "Only judged battles are known here, not all that were drawn."


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    events: Annotated[Path | None, typer.Option(help="History of the registry, one JSON event a line.")] = None,
    votes: Annotated[Path | None, typer.Option(help="Judgements, one JSON record a line.")] = None,
    draws: Annotated[
        Path | None, typer.Option(help="Drawn battles, one JSON draw a line; default those judged.")
    ] = None,
) -> None:
    """Sampling, private testing, removals, data access: of this arena, or (with both files) of an exported one."""
    from services.cli.audit_report import print_report
    from services.cli.output import print_json
    from services.errors import InvalidRequest

    if (events is None) != (votes is None) or (draws is not None and events is None):
        raise InvalidRequest("An exported arena takes its history and its votes.", hint="--events FILE --votes FILE")
    found = _of_files(events, votes, draws) if events is not None and votes is not None else _of_store()
    if json:
        print_json("audit", found)
    else:
        print_report(found)


def _of_store() -> "AuditReport":
    from services.arena.audit import Audit
    from services.entrypoints.bootstrap import Assembly
    from services.ratings.audit.rules import AuditRules
    from services.settings import load_settings

    settings = load_settings()
    assembly = Assembly(settings)
    rules = AuditRules(private_variants=settings.private_variants)
    return Audit(store=assembly.store, clock=assembly.clock, rules=rules).report()


def _of_files(events: Path, votes: Path, draws: Path | None) -> "AuditReport":
    from services.arena.exports.vote_files import read_votes
    from services.cli.jsonl import read_values
    from services.clock import SystemClock
    from services.domain.registry_event import RegistryEvent
    from services.errors import InvalidRequest
    from services.ratings.audit import whole
    from services.ratings.audit.draw import Draw, draws_of_records
    from services.ratings.audit.rules import AuditRules
    from services.settings import load_settings

    records = read_votes(str(votes)).records
    drawn = read_values(draws, Draw) if draws is not None else draws_of_records(records)
    rules = AuditRules(private_variants=load_settings().private_variants)
    try:
        found = whole.audit(read_values(events, RegistryEvent), drawn, records, rules=rules, now=SystemClock().now())
    except ValueError as error:
        raise InvalidRequest(f"{events}: {error}") from None
    return found if draws is not None else replace(found, notes=(FROM_VOTES, *found.notes))

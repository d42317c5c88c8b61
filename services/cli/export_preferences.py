"""`arena export preferences`: which answers were preferred, in the forms that trainers read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from services.arena.exports.files import FileFormat
from services.arena.exports.preferences.rules import Consent, PreferenceForm, Ties
from services.domain.judgement import Source
from services.ratings.audit.licence_class import LicenceClass


def preferences(
    out: Annotated[Path, typer.Option("--out", help="A new folder: a file for each split, and manifest.json.")],
    source: Annotated[Source, typer.Option("--source", help="Whose judgements.")] = Source.HUMAN,
    *,
    form: Annotated[PreferenceForm, typer.Option(help="Whose form.")] = PreferenceForm.REWARDBENCH,
    ties: Annotated[Ties, typer.Option(help="Leave ties and both-bad out, or give them the margin 0.")] = Ties.DROP,
    consent: Annotated[
        Consent, typer.Option(help="Battles of people who agreed to training, or any: only where you may.")
    ] = Consent.RECORDED,
    licence: Annotated[
        list[LicenceClass] | None, typer.Option(help="Only contenders of these licence classes; repeat it.")
    ] = None,
    confidence: Annotated[float, typer.Option(help="The least net share of judgements for the chosen answer.")] = 0.0,
    split: Annotated[list[str] | None, typer.Option(help="NAME=SHARE; repeat it. Default train=0.9 test=0.1.")] = None,
    seed: Annotated[int, typer.Option(help="Decides the splits.")] = 0,
    file_format: Annotated[FileFormat, typer.Option("--format", help="Of tables.")] = FileFormat.JSONL,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest.")] = False,
) -> None:
    """Which answers were preferred, for training. No prompt is in two splits; the manifest tells their bias."""
    from services.arena.exports.preferences.export import PreferenceExport
    from services.arena.exports.preferences.rules import PreferenceRules, splits_of
    from services.cli.output import print_json
    from services.clock import SystemClock
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    chosen = {"splits": splits_of(split)} if split else {}
    rules = PreferenceRules(
        source=source,
        ties=ties,
        consent=consent,
        licences=frozenset(licence or ()),
        confidence=confidence,
        seed=seed,
        **chosen,
    )
    export = PreferenceExport(store=Assembly(load_settings()).store, clock=SystemClock())
    manifest = export.write(out, form=form, rules=rules, file_format=file_format)
    if as_json:
        print_json("preferences", manifest)
    parts = ", ".join(f"{name} {part['pairs']}" for name, part in manifest["splits"].items())
    left_out = ", ".join(f"{count} {reason}" for reason, count in manifest["left_out"].items())
    typer.echo(f"{manifest['pairs']} pairs ({parts}): {out}", err=True)
    if left_out:
        typer.echo(f"Left out: {left_out}.", err=True)
    _warn(manifest["bias"]["longer"])


def _warn(longer: Mapping[str, Any]) -> None:
    if longer["low"] is None or longer["low"] <= 0.5 <= longer["high"]:
        return
    typer.echo(
        f"The chosen answer is the longer one in {100 * longer['point']:.0f} % of pairs (95 % interval "
        f"{100 * longer['low']:.0f} to {100 * longer['high']:.0f}): what is trained on them learns length.",
        err=True,
    )

"""The forms that trainers read, and the row of a pair in each."""

from collections.abc import Mapping
from typing import Any

from services.arena.exports.columns import Column, Kind
from services.arena.exports.preferences.pair import PairSide, PreferencePair
from services.arena.exports.preferences.rules import PreferenceForm
from services.domain.side import Side
from services.ratings.audit.licence_class import licence_class_of

ANNOTATED_VERSION = "2.0"


_SIDE_FACTS: Mapping[str, Kind] = {
    "contender": Kind.TEXT,
    "licence": Kind.TEXT,
    "licence_class": Kind.TEXT,
    "environment": Kind.TEXT,
    "outcome": Kind.TEXT,
    "exit_code": Kind.WHOLE,
    "limit_hit": Kind.TEXT,
    "wall_seconds": Kind.NUMBER,
    "peak_memory_bytes": Kind.WHOLE,
    "stdout": Kind.TEXT,
    "stderr": Kind.TEXT,
}
_OPTIONAL = ("exit_code", "wall_seconds", "peak_memory_bytes")
FACTS: tuple[Column, ...] = (
    Column(name="battle_id"),
    Column(name="prompt_group"),
    Column(name="category"),
    Column(name="margin", kind=Kind.NUMBER),
    Column(name="confidence", kind=Kind.NUMBER),
    Column(name="weight", kind=Kind.NUMBER),
    Column(name="judgements", kind=Kind.WHOLE),
    Column(name="judged_by"),
    Column(name="consent", kind=Kind.TRUTH),
    Column(name="chosen_seat"),
    Column(name="created_at", kind=Kind.MOMENT),
    *(
        Column(name=f"{which}_{name}", kind=kind, nullable=name in _OPTIONAL)
        for which in ("chosen", "rejected")
        for name, kind in _SIDE_FACTS.items()
    ),
)
_TEXTS = (
    Column(name="prompt"),
    Column(name="chosen"),
    Column(name="chosen_model"),
    Column(name="rejected"),
    Column(name="rejected_model"),
    Column(name="subset"),
    Column(name="id", kind=Kind.WHOLE),
)
_MESSAGES = tuple(Column(name=name, kind=Kind.MESSAGES) for name in ("prompt", "chosen", "rejected"))
COLUMNS: Mapping[PreferenceForm, tuple[Column, ...]] = {
    PreferenceForm.REWARDBENCH: (*_TEXTS, *FACTS),
    PreferenceForm.TRL: (*_MESSAGES, *FACTS),
}
"""Of the forms that are tables; what trainers read comes first, our facts after it."""


def facts_of(pair: PreferencePair) -> dict[str, Any]:
    """What is known of a pair beside its texts, by column of `FACTS`."""
    facts: dict[str, Any] = {
        "battle_id": pair.battle_id,
        "prompt_group": pair.group,
        "category": pair.category,
        "margin": pair.outcome.margin,
        "confidence": pair.outcome.confidence,
        "weight": pair.outcome.weight,
        "judgements": pair.outcome.judgements,
        "judged_by": " ".join(pair.judged_by),
        "consent": pair.consent,
        "chosen_seat": pair.chosen_side.value,
        "created_at": pair.created_at,
    }
    for which, side in (("chosen", pair.chosen), ("rejected", pair.rejected)):
        facts |= {f"{which}_{name}": value for name, value in _side_facts(side).items()}
    return facts


def table_row(pair: PreferencePair, form: PreferenceForm, *, number: int) -> dict[str, Any]:
    """The row of a pair in a form that is a table; `number` counts the rows of its file from 0."""
    chosen, rejected = pair.chosen, pair.rejected
    if form is PreferenceForm.TRL:
        return facts_of(pair) | {
            "prompt": [_message("user", pair.prompt)],
            "chosen": [_message("assistant", chosen.text)],
            "rejected": [_message("assistant", rejected.text)],
        }
    return facts_of(pair) | {
        "prompt": pair.prompt,
        "chosen": chosen.text,
        "chosen_model": chosen.contender,
        "rejected": rejected.text,
        "rejected_model": rejected.contender,
        "subset": pair.category,
        "id": number,
    }


def openai_line(pair: PreferencePair) -> dict[str, Any]:
    """The pair as a line of a preference fine-tuning file: no key but the three that are taken."""
    return {
        "input": {"messages": [_message("user", pair.prompt)]},
        "preferred_output": [_message("assistant", pair.chosen.text)],
        "non_preferred_output": [_message("assistant", pair.rejected.text)],
    }


def comparison(pair: PreferencePair, annotator: str) -> dict[str, Any]:
    """The pair as a comparison in the seats it was judged in, with what `annotator` said of it."""
    preferred = pair.outcome.preferred
    said: dict[str, Any] = {"pref": preferred.value if preferred else None}
    if preferred is None:
        said["no_pref_reason"] = "neither" if pair.outcome.both_bad else "both"
    facts = facts_of(pair)
    return {
        "id": pair.battle_id,
        "prompt": pair.prompt,
        "response_a": _response(pair.sides[Side.A]),
        "response_b": _response(pair.sides[Side.B]),
        "annotations": {annotator: said},
        "metadata": {name: facts[name] for name in _COMPARISON_FACTS} | {"created_at": pair.created_at.isoformat()},
    }


_COMPARISON_FACTS = tuple(
    column.name
    for column in FACTS
    if column.name not in ("battle_id", "created_at", "chosen_seat")
    and not column.name.startswith(("chosen_", "rejected_"))
)


def _response(side: PairSide) -> dict[str, Any]:
    facts = _side_facts(side)
    return {"text": side.text, "model": facts.pop("contender"), **facts}


def _side_facts(side: PairSide) -> dict[str, Any]:
    snippet, execution = side.document.snippet, side.document.execution
    return {
        "contender": side.contender,
        "licence": side.licence,
        "licence_class": licence_class_of(side.licence).value,
        "environment": execution.environment if execution else snippet.environment if snippet else "",
        "outcome": execution.outcome.value if execution else "",
        "exit_code": execution.exit_code if execution else None,
        "limit_hit": execution.limit_hit if execution else "",
        "wall_seconds": execution.wall_seconds if execution else None,
        "peak_memory_bytes": execution.peak_memory_bytes if execution else None,
        "stdout": execution.stdout.preview if execution else "",
        "stderr": execution.stderr.preview if execution else "",
    }


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}

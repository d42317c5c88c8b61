"""A battle as Markdown that shows every text as it is: nothing that people or models wrote can end its fence."""

import re
from collections.abc import Iterator

from services.arena.exports.battle_documents import BattleDocument, SideDocument
from services.domain.execution import Execution, spoken_time
from services.domain.judgement import Judgement, Winner
from services.domain.side import Side

WORDS = {Winner.A: "A is better", Winner.B: "B is better", Winner.TIE: "a tie", Winner.BOTH_BAD: "both are bad"}
_LANGUAGE = re.compile(r"[A-Za-z0-9+#-]{1,20}")


def markdown_of(document: BattleDocument) -> str:
    """The whole battle; the first lines tell the schema's version and what it is."""
    return "\n".join(_lines(document)) + "\n"


def fenced(text: str, language: str = "") -> str:
    """The text in a fence that is longer than any run of backticks in it; line ends of all kinds become line feeds."""
    even = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    longest = max((len(run) for run in re.findall(r"`+", even)), default=0)
    fence = "`" * max(3, longest + 1)
    word = language if _LANGUAGE.fullmatch(language) else ""
    return f"{fence}{word}\n{even}{'' if even.endswith(chr(10)) else chr(10)}{fence}"


def inline(text: str) -> str:
    """The text as a code span on one line."""
    even = " ".join(text.split()) or " "
    longest = max((len(run) for run in re.findall(r"`+", even)), default=0)
    tick = "`" * (longest + 1)
    room = " " if even.startswith("`") or even.endswith("`") else ""
    return f"{tick}{room}{even}{room}{tick}"


def _lines(document: BattleDocument) -> Iterator[str]:
    battle = document.battle
    yield f"<!-- runarena battle, schema version {document.schema_version} -->"
    yield f"# Battle {battle.id}"
    yield ""
    yield f"- A: {inline(battle.contender_a)}"
    yield f"- B: {inline(battle.contender_b)}"
    yield f"- Started: {battle.created_at.isoformat()}"
    yield f"- Pair drawn by: {inline(battle.policy)} (probability {battle.pair_probability:g})"
    if document.vote is not None:
        yield f"- Vote: {WORDS[document.vote.choice]} ({document.vote.created_at.isoformat()})"
    else:
        yield "- Vote: none; the battle does not count"
    for turn in document.turns:
        yield f"\n## Turn {turn.turn.index + 1}\n"
        yield "### Prompt\n"
        yield fenced(turn.turn.prompt)
        for side, found in turn.sides.items():
            yield from _side(side, found)
    if document.judgements:
        yield "\n## Judgements"
        for judgement in document.judgements:
            yield from _judgement(judgement)


def _side(side: Side, found: SideDocument) -> Iterator[str]:
    yield f"\n### Answer {side.value.upper()}: {inline(found.answer.contender)}\n"
    yield fenced(found.answer.text)
    if found.answer.truncated:
        yield "\nThe answer was cut off."
    for file in found.snippet.files if found.snippet else ():
        yield f"\n#### File {inline(file.path)}\n"
        yield fenced(file.text, file.path.rpartition(".")[2])
    if found.execution is not None:
        yield from _execution(found.execution)


def _execution(execution: Execution) -> Iterator[str]:
    code = "" if execution.exit_code is None else f", exit {execution.exit_code}"
    yield f"\n#### What happened: {execution.outcome.replace('_', ' ')}{code}, {spoken_time(execution.wall_seconds)}"
    for name, stream in (("stdout", execution.stdout), ("stderr", execution.stderr)):
        if stream.total_bytes:
            yield f"\n{name} ({stream.total_bytes} bytes{', cut off' if stream.truncated else ''}):\n"
            yield fenced(stream.preview)


def _judgement(judgement: Judgement) -> Iterator[str]:
    said = WORDS[judgement.winner] if judgement.winner else "no verdict"
    yield f"\n- {judgement.source.value}, {inline(judgement.judge)}: {said}"
    if judgement.reason:
        yield ""
        yield fenced(judgement.reason)

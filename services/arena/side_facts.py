"""What one side's answer was like and what became of its program, in the numbers that ratings read."""

from collections import Counter

from services.domain.answer import Answer
from services.domain.execution import Execution, ExecutionOutcome
from services.domain.snippet import Snippet
from services.domain.vote_record import SideFacts
from services.extraction.code_text import language_of
from services.extraction.style import style_of

EFFECTS = ("exit_ok", "stderr_bytes", "console_errors", "picture_not_blank", "wall_seconds")
"""What can be known of a run. These are quality, not style: no board controls them away unless it is asked to."""

_NO_VERDICT = "XX"


def facts_of(answer: Answer, snippet: Snippet | None, execution: Execution | None) -> SideFacts:
    """The facts of one side; `snippet` and `execution` are None where there is no program, or it never ran."""
    files = snippet.files if snippet else ()
    environment = snippet.environment if snippet else ""
    return SideFacts(
        environment=execution.environment if execution else environment,
        language=main_language(snippet) if snippet else "",
        outcome=execution.outcome.value if execution else "",
        style=style_of(answer.text, files),
        effects=effects_of(execution) if execution else {},
    )


def main_language(snippet: Snippet) -> str:
    """The language that most of the program's text is in, by its files' names; "" without files."""
    sizes: Counter[str] = Counter()
    for file in snippet.files:
        sizes[language_of(file.path)] += len(file.text)
    del sizes[""]
    # in the order of the files, so that equal sizes give the same answer every time
    return max(sizes, key=lambda name: sizes[name]) if sizes else ""


def effects_of(execution: Execution) -> dict[str, float]:
    """What the run showed, by the names of `EFFECTS`; what is not known is left out.

    A run that says nothing about its program (rejected, cancelled, our own trouble) has no effects.
    """
    if execution.outcome.code == _NO_VERDICT:
        return {}
    found = {
        "exit_ok": float(execution.outcome is ExecutionOutcome.SUCCEEDED),
        "stderr_bytes": float(execution.stderr.total_bytes),
        "wall_seconds": execution.wall_seconds,
    }
    facts = execution.appearance.facts if execution.appearance else None
    if facts:
        console = sum(line.startswith("error:") for line in facts.console)
        found["console_errors"] = float(len(facts.errors) + console)
        if facts.blank is not None:
            found["picture_not_blank"] = float(not facts.blank)
    return found

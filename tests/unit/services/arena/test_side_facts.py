"""What is kept of a side for ratings."""

from services.arena.side_facts import EFFECTS, facts_of
from services.domain.answer import Answer
from services.domain.appearance import Appearance, PageFacts
from services.domain.execution import CapturedStream, Execution, ExecutionOutcome
from services.domain.side import Side
from services.domain.snippet import Snippet, SourceFile

ANSWER = Answer(id="a", battle_id="b", turn_id="t", side=Side.A, contender="x", text="```js\nf()\n```")
SNIPPET = Snippet(
    id="s",
    answer_id="a",
    environment="html",
    files=(SourceFile(path="index.html", text="<p>"), SourceFile(path="app.js", text="let a = 1;\nf(a)")),
)


def execution(outcome: ExecutionOutcome, facts: PageFacts | None = None) -> Execution:
    return Execution(
        id="e",
        battle_id="b",
        answer_id="a",
        snippet_id="s",
        environment="html-2",
        outcome=outcome,
        phase="run",
        stderr=CapturedStream(preview="oh", total_bytes=70_000),
        wall_seconds=1.5,
        appearance=Appearance(facts=facts) if facts else None,
    )


def test_a_side_whose_page_was_seen() -> None:
    seen = PageFacts(console=("log: error: no", "error: yes", "warning: no"), errors=("TypeError",), blank=False)
    found = facts_of(ANSWER, SNIPPET, execution(ExecutionOutcome.SUCCEEDED, seen))
    assert (found.environment, found.language, found.outcome) == ("html-2", "javascript", "succeeded")
    assert found.effects == {
        "exit_ok": 1,
        "stderr_bytes": 70_000,
        "wall_seconds": 1.5,
        "console_errors": 2,
        "picture_not_blank": 1,
    }
    assert set(found.effects) == set(EFFECTS)
    assert found.style["files"] == 2
    assert not set(found.style) & set(EFFECTS)


def test_what_is_not_known_is_left_out() -> None:
    failed = facts_of(ANSWER, SNIPPET, execution(ExecutionOutcome.FAILED, PageFacts())).effects
    assert failed == {"exit_ok": 0, "stderr_bytes": 70_000, "wall_seconds": 1.5, "console_errors": 0}
    assert facts_of(ANSWER, SNIPPET, execution(ExecutionOutcome.INFRASTRUCTURE_ERROR)).effects == {}


def test_a_side_without_a_program() -> None:
    found = facts_of(ANSWER, None, None)
    assert (found.environment, found.language, found.outcome, found.effects) == ("", "", "", {})
    assert found.style["code_fences"] == 1

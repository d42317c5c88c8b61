"""One battle turn as the text an LLM judge reads. It names sides by seat, never a contender."""

from services.domain.appearance import PageFacts
from services.domain.judgement import SeatOrder
from services.domain.message import Image
from services.domain.side import Side
from services.judges.fence import clip, mark_for, neutralise
from services.judges.prompt_file import PromptFile, PromptHeader
from services.judges.protocol import Case, JudgedSide


def seats(case: Case, order: SeatOrder) -> tuple[JudgedSide, JudgedSide]:
    """The side in the first seat, and the other."""
    first: Side = order.first
    return case.sides[first], case.sides[first.other]


def case_values(
    case: Case, order: SeatOrder, prompt: PromptFile, *, images: tuple[int, int] = (0, 0)
) -> dict[str, str]:
    """Values for the prompt's placeholders; `images` says how many pictures of each seat go along."""
    header = prompt.header
    task = _safe(case.prompt, header.task_chars)
    first, second = (_parts(side, header) for side in seats(case, order))
    mark = mark_for([task, *first.values(), *second.values()])
    return {
        "mark": mark,
        "task": task,
        "first": _rendered(first, mark),
        "second": _rendered(second, mark),
        "images": _images(images),
    }


def pictures(case: Case, order: SeatOrder, limit: int) -> tuple[tuple[Image, ...], tuple[int, int]]:
    """At most `limit` pictures of each seat, in seat order, and how many each seat has."""
    first, second = (side.images[:limit] for side in seats(case, order))
    return first + second, (len(first), len(second))


def _parts(side: JudgedSide, header: PromptHeader) -> dict[str, str]:
    """What is said of a side, by the name of the section it stands in; all of it safe and clipped."""
    parts = {"ANSWER": _safe(_shown(side, header), header.answer_chars) or "(empty)"}
    execution = side.execution
    if execution is None:
        return parts | {"RUN": "nothing was run, there was no program"}
    code = "" if execution.exit_code is None else f", exit code {execution.exit_code}"
    parts["RUN"] = f"{execution.outcome.value}{code}"
    if execution.appearance is not None and execution.appearance.facts is not None:
        parts["PAGE"] = _safe(_page(execution.appearance.facts), header.output_chars)
    outputs = {"STDOUT": execution.stdout.preview, "STDERR": execution.stderr.preview}
    return parts | {name: _safe(text, header.output_chars) for name, text in outputs.items() if text.strip()}


def _page(facts: PageFacts) -> str:
    """What a browser saw of a running program."""
    lines = [f"title: {facts.title}" if facts.title else "", "the page is blank" if facts.blank else ""]
    lines += ["the page is wider than the window" if facts.overflow else ""]
    lines += ["the page is wider than a phone" if facts.phone_overflow else ""]
    lines += [f"error: {error}" for error in facts.errors] + [
        f"failed request: {found}" for found in facts.failed_requests
    ]
    lines += [f"visible text: {facts.text}" if facts.text.strip() else ""]
    return "\n".join(line for line in lines if line)


def _rendered(parts: dict[str, str], mark: str) -> str:
    """The sections under headings that carry the mark, so that no answer can fake a run and no output an error."""
    answer, *rest = parts.items()
    return "\n".join([answer[1], *(f"<<<{name} {mark}>>>\n{text}" for name, text in rest)])


def _safe(text: str, limit_chars: int) -> str:
    """Neutralised and clipped; neutralised again because clipping joins two ends, which may join to a fence."""
    return neutralise(clip(neutralise(text.strip()), limit_chars))


def _shown(side: JudgedSide, header: PromptHeader) -> str:
    if header.show == "answer" or side.snippet is None or not side.snippet.files:
        return side.answer.strip()
    files = side.snippet.files
    if len(files) == 1:
        return files[0].text.strip()
    return "\n".join(f"FILE {file.path}\n{file.text.strip()}" for file in files)


def _images(counts: tuple[int, int]) -> str:
    if counts == (0, 0):
        return ""
    return f"Pictures of the running programs: first {counts[0]} of answer A, then {counts[1]} of answer B.\n"

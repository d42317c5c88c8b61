"""The program in an answer."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.snippet import Snippet, SourceFile
from services.extraction import javascript_source, paths, python_source, shell_source
from services.extraction.blocks import Block, blocks_of
from services.extraction.dependencies import MAX_DEPENDENCIES, dependencies
from services.extraction.foreign_packages import foreign_packages
from services.extraction.languages import ALIASES, OUTPUT, REQUIREMENTS, SHELL, sniff
from services.extraction.selection import Candidate, choose_entry, choose_files

MAX_ANSWER_CHARS = 400_000


@dataclass(frozen=True, kw_only=True)
class EnvironmentHint:
    """What extraction must know of an environment: fence labels, file extensions (with dot) and default entry name."""

    name: str
    languages: tuple[str, ...]
    extensions: tuple[str, ...]
    entry: str


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """Files, entry and dependencies for `environment`; that is empty, and `files` too, when nothing here can run.

    `reason` says in a sentence why it came out this way.
    """

    files: tuple[SourceFile, ...] = ()
    environment: str = ""
    entry: str = ""
    dependencies: tuple[str, ...] = ()
    reason: str


def extract(answer_text: str, environments: Sequence[EnvironmentHint], *, prompt: str = "") -> Extraction:
    """The program in `answer_text` for one of `environments`.

    Total: any text gives a result. Only the first 400,000 characters are read. `prompt` decides between
    environments when the answer holds code for several and the prompt names one of their languages.
    """
    text, notes = _clean(answer_text)
    if not text.strip():
        return Extraction(reason="The answer is empty.")
    blocks = blocks_of(text) or _bare_program(text)
    if not blocks:
        return Extraction(reason=_sentence("the answer holds no code", notes))
    candidates = [_candidate(block, environments, notes) for block in blocks]
    hint = _environment(candidates, environments, prompt)
    if hint is None:
        return Extraction(reason=_sentence(_why_nothing_runs(candidates), notes))
    files = choose_files(candidates, environment=hint.name, default_path=hint.entry)
    own = [file for file in files if _extension_hint(file.path, (hint,))]
    shell = [block.text for block in blocks if block.label in SHELL]
    listed = [c.text for c in candidates if c.language in REQUIREMENTS or c.path.endswith("requirements.txt")]
    return Extraction(
        files=files,
        environment=hint.name,
        entry=choose_entry(own or files, preferred=hint.entry),
        dependencies=dependencies_of(hint, files, shell=shell, listed=listed),
        reason=_sentence(f"{hint.name}: {len(files)} file(s) from {len(blocks)} code block(s)", notes),
    )


def dependencies_of(
    hint: EnvironmentHint, files: Sequence[SourceFile], *, shell: Sequence[str] = (), listed: Sequence[str] = ()
) -> tuple[str, ...]:
    """What these files ask for in this environment; `shell` are commands beside them, `listed` requirements texts."""
    if "python" in hint.languages:
        return dependencies(files, shell, listed)
    if {"javascript", "typescript"} & set(hint.languages):
        sources = [file.text for file in files if file.path.endswith(hint.extensions)]
        manifests = [file.text for file in files if file.path.rsplit("/", 1)[-1] == "package.json"]
        pages = [file.text for file in files if file.path.lower().endswith((".html", ".htm"))]
        return javascript_source.packages(sources, manifests, shell=shell, pages=pages)[:MAX_DEPENDENCIES]
    return foreign_packages(hint.name, files)[:MAX_DEPENDENCIES]


def snippet_from(extraction: Extraction, id: str, answer_id: str) -> Snippet:  # noqa: A002
    """The extraction as the domain's snippet of `answer_id`."""
    return Snippet(
        id=id,
        answer_id=answer_id,
        environment=extraction.environment,
        files=extraction.files,
        entry=extraction.entry,
        dependencies=extraction.dependencies,
        reason=extraction.reason,
    )


def _clean(text: str) -> tuple[str, list[str]]:
    notes = []
    if len(text) > MAX_ANSWER_CHARS:
        notes.append(f"only the first {MAX_ANSWER_CHARS:,} of {len(text):,} characters were read")
    text = text[:MAX_ANSWER_CHARS].replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8"), notes


def _bare_program(text: str) -> tuple[Block, ...]:
    """The whole answer as one block when it is Python without a fence."""
    tree = python_source.parse(text)
    if tree is None or not python_source.does_something(tree):
        return ()
    return (Block(label="", path=paths.from_first_line(text), text=text),)


def _candidate(block: Block, environments: Sequence[EnvironmentHint], notes: list[str]) -> Candidate:
    path = ""
    if block.path:
        path, refused = paths.safe(block.path)
        notes += [refused] if refused else []
    hint = _label_hint(block.label, environments)
    language = block.label
    if not block.label:
        hint = _extension_hint(path, environments)
        if not hint and not path:
            language = _sniffed(block.text)
            hint = _label_hint(language, environments)
        language = language or paths.extension(path).removeprefix(".")
    if hint and language in SHELL and not path and not shell_source.is_script(block.text):
        hint = None
    return Candidate(environment=hint.name if hint else "", language=language, path=path, text=block.text)


def _sniffed(text: str) -> str:
    tree = python_source.parse(text)
    return "python" if tree and python_source.does_something(tree) else sniff(text)


def _label_hint(label: str, environments: Sequence[EnvironmentHint]) -> EnvironmentHint | None:
    return next((hint for hint in environments if label and label in hint.languages), None)


def _extension_hint(path: str, environments: Sequence[EnvironmentHint]) -> EnvironmentHint | None:
    suffix = paths.extension(path)
    return next((hint for hint in environments if suffix and suffix in hint.extensions), None)


def _environment(
    candidates: Sequence[Candidate], environments: Sequence[EnvironmentHint], prompt: str
) -> EnvironmentHint | None:
    """The environment whose language the prompt names, else the one with most code."""
    sizes = Counter[str]()
    for candidate in candidates:
        if candidate.environment and candidate.text.strip():
            sizes[candidate.environment] += len(candidate.text)
    # a script beside a program starts or shows it; it is the program itself only where there is no other
    beside = {candidate.environment for candidate in candidates if candidate.language in SHELL}
    if sizes.keys() - beside:
        for name in beside & sizes.keys():
            del sizes[name]
    words = set(re.findall(r"[\w+#]+", prompt.lower())) if len(sizes) > 1 else set()
    ranked = sorted(
        (hint for hint in environments if sizes[hint.name]),
        key=lambda hint: (not words.isdisjoint(hint.languages), sizes[hint.name]),
        reverse=True,
    )
    return ranked[0] if ranked else None


def _why_nothing_runs(candidates: Sequence[Candidate]) -> str:
    silent = SHELL | OUTPUT | REQUIREMENTS
    labels = [c.language for c in candidates if c.language and not c.environment and c.language not in silent]
    names = sorted({ALIASES.get(label, label) for label in labels if len(label) <= 30})
    if names:
        return f"no environment here runs {' or '.join(names[:5])}"
    if any(candidate.language in SHELL for candidate in candidates):
        return "the answer holds only shell commands, which are never run"
    return "the code blocks hold no program that was recognised"


def _sentence(text: str, notes: Sequence[str]) -> str:
    return "; ".join((text[:1].upper() + text[1:], *dict.fromkeys(notes[:5]))) + "."

"""The program in an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.domain.snippet import Snippet, SourceFile
from services.extraction import javascript_source, references, unfenced
from services.extraction.blocks import Block, blocks_of
from services.extraction.candidates import candidate_of, languages_without
from services.extraction.dependencies import MAX_DEPENDENCIES, dependencies
from services.extraction.detection import detect
from services.extraction.foreign_packages import foreign_packages
from services.extraction.hints import EnvironmentHint, Hints
from services.extraction.languages import OUTPUT, REQUIREMENTS, SHELL
from services.extraction.selection import Candidate, choose_entry, choose_files

__all__ = ["EnvironmentHint", "Extraction", "dependencies_of", "extract", "snippet_from"]

MAX_ANSWER_CHARS = 400_000


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """Files, entry and dependencies for `environment`; that is empty, and `files` too, when nothing here can run.

    `confidence` (0 to 1) is how sure the environment is, or that there is none; `reason` says in a sentence why.
    """

    files: tuple[SourceFile, ...] = ()
    environment: str = ""
    entry: str = ""
    dependencies: tuple[str, ...] = ()
    confidence: float
    reason: str


def extract(answer_text: str, environments: Sequence[EnvironmentHint], *, prompt: str = "") -> Extraction:
    """The program in `answer_text` for one of `environments`.

    Total: any text gives a result. Only the first 400,000 characters are read. `prompt` decides between
    environments when the answer holds code for several and the prompt names one of their languages.
    """
    text, notes = _clean(answer_text)
    if not text.strip():
        return Extraction(reason="The answer is empty.", confidence=1.0)
    text = unfenced.fenced(text)
    blocks = blocks_of(text) or unfenced.bare_program(text)
    if not blocks:
        return Extraction(reason=_sentence("the answer holds no code", notes), confidence=0.95)
    known = Hints(environments)
    candidates = references.named([candidate_of(block, known, notes) for block in blocks])
    found = detect(candidates, known, prompt=prompt)
    if found is None:
        why, confidence = _why_nothing_runs(candidates)
        return Extraction(reason=_sentence(why, notes), confidence=confidence)
    hint = found.environment
    if hint is None:
        return Extraction(reason=_sentence(found.why, notes), confidence=found.confidence)
    files = choose_files(candidates, family=found.family, default_path=_default_path(found.wanted, hint))
    endings = (*found.wanted.extensions, *hint.extensions)
    own = [file for file in files if file.path.lower().endswith(endings)]
    shell = [block.text for block in blocks if block.label in SHELL]
    listed = [c.text for c in candidates if c.language in REQUIREMENTS or c.path.endswith("requirements.txt")]
    return Extraction(
        files=files,
        environment=hint.name,
        entry=choose_entry(own or files, preferred=hint.entry),
        dependencies=dependencies_of(hint, files, shell=shell, listed=listed),
        confidence=found.confidence,
        reason=_sentence(found.why, notes),
    )


def environment_of(files: Mapping[str, str], environments: Sequence[EnvironmentHint]) -> str:
    """The environment for a program that comes as files, by their names and texts; "" when nothing here can run it."""
    known = Hints(environments)
    blocks = [Block(label="", path=path, text=text[:MAX_ANSWER_CHARS]) for path, text in files.items()]
    found = detect([candidate_of(block, known, []) for block in blocks], known)
    return found.environment.name if found and found.environment else ""


def _default_path(wanted: EnvironmentHint, hint: EnvironmentHint) -> str:
    return wanted.entry if wanted.entry.endswith(hint.extensions) else hint.entry


def dependencies_of(
    hint: EnvironmentHint, files: Sequence[SourceFile], *, shell: Sequence[str] = (), listed: Sequence[str] = ()
) -> tuple[str, ...]:
    """What these files ask for in this environment; `shell` are commands beside them, `listed` requirements texts."""
    if "python" in hint.languages:
        return dependencies(files, shell, listed)
    if {"jsx", "vue", "svelte"} & set(hint.languages):
        # their build takes what it holds in whatever version, and says itself what is missing
        return ()
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
        confidence=extraction.confidence,
        reason=extraction.reason,
    )


def _clean(text: str) -> tuple[str, list[str]]:
    notes = []
    if len(text) > MAX_ANSWER_CHARS:
        notes.append(f"only the first {MAX_ANSWER_CHARS:,} of {len(text):,} characters were read")
    text = text[:MAX_ANSWER_CHARS].replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8"), notes


def _why_nothing_runs(candidates: Sequence[Candidate]) -> tuple[str, float]:
    silent = SHELL | OUTPUT | REQUIREMENTS
    names = languages_without([c for c in candidates if c.language not in silent])
    if names:
        return f"no environment here runs {' or '.join(names[:5])}", 0.9
    if any(candidate.language in SHELL for candidate in candidates):
        return "the answer holds only shell commands, which are never run", 0.9
    return "the code blocks hold no program that was recognised", 0.7


def _sentence(text: str, notes: Sequence[str]) -> str:
    return "; ".join((text[:1].upper() + text[1:], *dict.fromkeys(notes[:5]))) + "."

"""Which environment each single block is for."""

from collections.abc import Sequence

from services.extraction import content, grammars, paths, shell_source, sniffing
from services.extraction.blocks import Block
from services.extraction.content import Evidence, Reading
from services.extraction.hints import EnvironmentHint, Hints
from services.extraction.languages import REQUIREMENTS, SHELL
from services.extraction.selection import Candidate

# languages as which people label files that hold more than that
_LOOSE = frozenset({"html", "xml", "javascript", "typescript"})


def candidate_of(block: Block, hints: Hints, notes: list[str]) -> Candidate:
    """The block with the environment that runs it, if any does; what was refused is added to `notes`."""
    path = ""
    if block.path:
        path, refused = paths.safe(block.path)
        notes += [refused] if refused else []
    label = hints.label(block.label)
    if label in REQUIREMENTS:
        return Candidate(environment="", language=label, label=label, path=path, text=block.text)
    reading = content.read(label, block.text)
    hint, reading = _placed(label, path, reading, block.text, hints)
    language = reading.language or paths.extension(path).removeprefix(".") or label
    if reading.language == content.canonical(label):
        language = label
    if hint and language in SHELL and not path and not shell_source.is_script(block.text):
        hint = None
    name = hint.name if hint else ""
    return Candidate(
        environment=name, language=language, label=label, path=path, text=block.text, evidence=reading.evidence
    )


def _placed(label: str, path: str, reading: Reading, text: str, hints: Hints) -> tuple[EnvironmentHint | None, Reading]:
    """The environment, and the reading that it rests on."""
    hint = hints.for_label(reading.language) or _for_label(label, reading, hints)
    by_path = hints.for_path(path)
    if by_path is None or by_path == hint:
        plain = content.is_plain(label)
        # a data file, as its name says, whatever its text looks like
        known_data = bool(path and plain and by_path is None and paths.extension(path))
        return (None, Reading(language="", evidence=Evidence.NOTHING)) if known_data else (hint, reading)
    if hint is None and not content.is_plain(label):
        return None, reading
    if _is_right(by_path, label, reading, text):
        return by_path, Reading(language=by_path.languages[0], evidence=Evidence.LABEL_AND_TEXT)
    return hint, reading


def _for_label(label: str, reading: Reading, hints: Hints) -> EnvironmentHint | None:
    return hints.for_label(label) if reading.evidence is not Evidence.TEXT_AGAINST_LABEL else None


def _is_right(by_path: EnvironmentHint, label: str, reading: Reading, text: str) -> bool:
    """Whether a file's extension tells more than its label and its text."""
    if reading.evidence in {Evidence.NOTHING, Evidence.TEXT_IN_OUTPUT}:
        return True
    language = content.canonical(by_path.languages[0])
    if grammars.known(language):
        return reading.language not in {"jsx", "tsx", "php"} and sniffing.share(language, text) == 0
    return content.is_plain(label) or (
        reading.evidence is not Evidence.TEXT_AGAINST_LABEL and reading.language in _LOOSE
    )


def languages_without(candidates: Sequence[Candidate]) -> list[str]:
    """The languages of the blocks that nothing here runs, as people call them."""
    labels = [c.language for c in candidates if c.language and not c.environment]
    return sorted({content.canonical(label) for label in labels if len(label) <= 30})

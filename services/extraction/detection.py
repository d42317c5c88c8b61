"""Which environment the program in an answer wants, how sure that is, and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from services.extraction import content, javascript_source, paths, script_source
from services.extraction.content import Evidence
from services.extraction.hints import EnvironmentHint, Hints
from services.extraction.languages import SHELL
from services.extraction.module_uses import module_uses
from services.extraction.selection import Candidate, stand_alone

_SURE = MappingProxyType(
    {
        Evidence.LABEL_AND_TEXT: 0.97,
        Evidence.LABEL: 0.9,
        Evidence.TEXT: 0.85,
        Evidence.TEXT_AGAINST_LABEL: 0.8,
        Evidence.TEXT_IN_OUTPUT: 0.6,
        Evidence.NOTHING: 0.5,
    }
)
_SUBSTITUTE = 0.5


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What the answer wants and what will run it (None: nothing here does).

    `family` are the environments whose blocks are parts of the program's own code; `why` begins in lower case.
    """

    wanted: EnvironmentHint
    environment: EnvironmentHint | None
    family: frozenset[str]
    confidence: float
    why: str


@dataclass(frozen=True, kw_only=True)
class _Group:
    """The blocks of one environment, in order."""

    hint: EnvironmentHint
    blocks: tuple[Candidate, ...]
    why: str = ""

    @property
    def size(self) -> int:
        return sum(len(block.text) for block in self.blocks)

    @property
    def on_node(self) -> bool:
        scripts = (block for block in self.blocks if block.language in script_source.SCRIPT_LABELS)
        return any(script_source.read(block.text).on_node for block in scripts)


def detect(candidates: Sequence[Candidate], hints: Hints, *, prompt: str = "") -> Detection | None:
    """The environment for the program in these blocks; None when no block is code for any environment."""
    groups = _without_parts([_variant(group, hints, candidates) for group in _groups(candidates, hints)])
    if not groups:
        return None
    order = {id(block): place for place, block in enumerate(candidates)}
    groups.sort(key=lambda group: order[id(group.blocks[0])])
    chosen = _chosen(groups, prompt)
    total = sum(group.size for group in groups)
    sure = max(_SURE[block.evidence] for block in chosen.blocks) * (0.6 + 0.4 * chosen.size / max(1, total))
    wanted = chosen.hint
    family = frozenset({wanted.name, *wanted.base, *(block.environment for block in chosen.blocks)})
    why = chosen.why or _why(chosen)
    if wanted.available:
        return Detection(wanted=wanted, environment=wanted, family=family, confidence=round(sure, 2), why=why)
    instead = hints.fallback(wanted)
    then = f"it runs as {instead.name} instead" if instead else "and nothing here runs it"
    why = f"{why}, but the environment {wanted.name} is not available here: {then}"
    sure = round(sure * _SUBSTITUTE, 2)
    return Detection(wanted=wanted, environment=instead, family=family, confidence=sure, why=why)


def _groups(candidates: Sequence[Candidate], hints: Hints) -> list[_Group]:
    usable = [one for one in candidates if one.environment and one.text.strip()]
    firm = [one for one in usable if one.evidence is not Evidence.TEXT_IN_OUTPUT]
    by_name: dict[str, list[Candidate]] = {}
    for one in firm or usable:
        by_name.setdefault(one.environment, []).append(one)
    found = ((hints.named(name), blocks) for name, blocks in by_name.items())
    return [_Group(hint=hint, blocks=tuple(blocks)) for hint, blocks in found if hint]


def _variant(group: _Group, hints: Hints, candidates: Sequence[Candidate]) -> _Group:
    """The group as that of the environment that its imports ask for."""
    variants = list(hints.variants(group.hint.name))
    if not variants:
        return group
    own = {part.rpartition(".")[0] or part for one in candidates for part in one.path.split("/") if part}
    for blocks in (_likely(group.blocks), group.blocks):
        found = [(block, _uses(block)) for block in blocks]
        counts = {
            (hint.name, module): sum(uses.get(module, 0) for _, uses in found)
            for hint in variants
            for module in hint.imports
            if module not in own
        }
        best = max(counts, key=lambda key: counts[key], default=None)
        if best and counts[best]:
            where = next(block for block, uses in found if best[1] in uses)
            hint = next(hint for hint in variants if hint.name == best[0])
            place = f" in {where.path}" if where.path else ""
            return _Group(hint=hint, blocks=group.blocks, why=f"the program imports {best[1]}{place}")
    return group


def _likely(blocks: Sequence[Candidate]) -> list[Candidate]:
    """The named blocks, and of the unnamed ones that which stands alone."""
    unnamed = [block.text for block in blocks if not block.path]
    main = stand_alone(unnamed) if unnamed else ""
    return [block for block in blocks if block.path or block.text == main]


def _uses(block: Candidate) -> Mapping[str, int]:
    if block.language in script_source.SCRIPT_LABELS:
        imports = script_source.read(block.text).imports
        return {javascript_source.package_of(name): 1 for name in imports}
    return module_uses(block.text)


def _without_parts(groups: list[_Group]) -> list[_Group]:
    """The groups that are no part of another one's program."""
    shells = [group for group in groups if group.blocks[0].language in SHELL]
    groups = [group for group in groups if group not in shells] or shells
    groups = _merged(groups)
    groups = [group for group in groups if not group.hint.beside] or groups
    return [group for group in groups if not any(_is_part(group, of) for of in groups)]


def _merged(groups: list[_Group]) -> list[_Group]:
    """One group for each environment: two languages may be variants of the same."""
    by_name: dict[str, _Group] = {}
    for group in groups:
        known = by_name.get(group.hint.name)
        if known:
            blocks = (*known.blocks, *group.blocks)
            group = _Group(hint=group.hint, blocks=blocks, why=known.why or group.why)  # noqa: PLW2901
        by_name[group.hint.name] = group
    return list(by_name.values())


def _is_part(group: _Group, of: _Group) -> bool:
    if group is of:
        return False
    if not of.hint.imports and of.hint.contains(group.hint.name) and group.on_node:
        # no page: a program that serves or makes one
        return False
    if group.hint.contains(of.hint.name) and not group.hint.imports and of.on_node:
        return True
    return of.hint.contains(group.hint.name) and not group.hint.contains(of.hint.name)


def _chosen(groups: Sequence[_Group], prompt: str) -> _Group:
    """What the prompt names, else the first of those that are long enough to be the answer."""
    words = set(re.findall(r"[\w+#]+", prompt.lower())) if len(groups) > 1 else set()
    named = [group for group in groups if not words.isdisjoint(group.hint.languages)]
    usable = named or groups
    longest = max(group.size for group in usable)
    return next(group for group in usable if 2 * group.size >= longest)


def _why(group: _Group) -> str:
    """In half a sentence what says that these blocks are for their environment."""
    best = max(group.blocks, key=lambda block: (_SURE[block.evidence], len(block.text)))
    label, language = best.label, best.language
    if label in script_source.SCRIPT_LABELS and language in {"jsx", "tsx"}:
        return f"the code holds {content.spoken('jsx')}"
    if best.evidence is Evidence.TEXT_AGAINST_LABEL:
        return f"the code is {content.spoken(language)}, although it is labelled {label}"
    if best.evidence in {Evidence.TEXT, Evidence.TEXT_IN_OUTPUT}:
        return f"the code reads as {content.spoken(language)}"
    if label and not content.is_plain(label):
        return f"the code is labelled {label}"
    return f"{best.path} is a {paths.extension(best.path)} file"

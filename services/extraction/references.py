"""Names for unnamed blocks that a page or component beside them refers to: its style sheet and its script."""

import re
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from services.extraction import paths
from services.extraction.content import canonical
from services.extraction.selection import Candidate

_REFERENCE = re.compile(
    r"(?:\b(?:href|src)\s{0,3}=\s{0,3}|\bimport\s{1,3}(?:[\w{}, ]{1,80}from\s{1,3})?)"
    r"[\"']([\w./-]{1,100}\.(css|js|mjs))[\"']"
)
_REFERRING = frozenset({"html", "jsx", "tsx", "vue", "svelte"})
_ENDINGS = MappingProxyType({"css": frozenset({"css"}), "javascript": frozenset({"js", "mjs"})})


def named(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates; an unnamed one that is the only one of its kind bears the name that is referred to, if one is."""
    texts = [one.text for one in candidates if canonical(one.language) in _REFERRING]
    wanted = dict.fromkeys(match for text in texts for match in _REFERENCE.findall(text))
    taken = {one.path for one in candidates}
    found = list(candidates)
    for language, endings in _ENDINGS.items():
        free = [place for place, one in enumerate(found) if not one.path and canonical(one.language) == language]
        names = {paths.safe(path)[0] for path, ending in wanted if ending in endings} - {"", *taken}
        if len(free) == 1 and len(names) == 1:
            found[free[0]] = replace(found[free[0]], path=names.pop())
    return found

"""Finding names of models and makers in text, and telling what kind of name each is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.extraction.model_names import ALSO_WORDS, COMPANIES, FAMILIES, LABS, VERSION_WORDS

_PARTS = re.compile(r"[^\W\d_]+")
_MOST_HITS = 2000
_TAIL = rf"(?:[ -]?v?\d[\w.]*\w|[ -]?v?\d|[ -](?:{'|'.join(VERSION_WORDS)})\b)*"
_END = r"(?!\w)"
_NO_SURNAME = r"(?![ ]+(?-i:[A-Z][a-z]))"


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names looked for; `plain_own` are those of contenders that are words like any other.

    `model`, `maker`: regular expressions for one name each, to be read without regard to case. `stems`: one of these
    words begins every name.
    """

    model: str
    maker: str
    stems: tuple[str, ...]
    plain_own: frozenset[str]

    def starts(self, text: str) -> list[int]:
        """Where a name may start, in order; `text` in lower case."""
        hits: list[int] = []
        words = frozenset(_PARTS.findall(text))
        for stem in (stem for stem in self.stems if stem in words or not stem.isalpha()):
            at = text.find(stem)
            while at >= 0 and len(hits) < _MOST_HITS:
                stop = at + len(stem)
                if not text[at - 1 : at].isalnum() and not text[stop : stop + 1].isalpha():
                    hits.append(at)
                at = text.find(stem, stop)
        return sorted(hits)


def names_of(own: Sequence[str]) -> Names:
    """The curated names and `own`: contenders, served models, organisations."""
    curated = (*FAMILIES, *ALSO_WORDS, *LABS, *COMPANIES)
    known = {name.casefold() for name in curated}
    extra = [name.strip() for name in own if len(name.strip()) >= 3 and name.strip().casefold() not in known]
    return Names(
        model=f"{_any((*FAMILIES, *extra))}{_TAIL}{_END}|(?-i:{_any(_written(ALSO_WORDS))}){_TAIL}{_END}{_NO_SURNAME}",
        maker=f"{_any((*LABS, *COMPANIES))}{_END}{_NO_SURNAME}",
        stems=tuple(sorted({_stem(name) for name in (*curated, *extra)} - {""})),
        plain_own=frozenset(name.casefold() for name in extra if name.isalpha()),
    )


def base_words(name: str) -> frozenset[str]:
    """The words of a name in lower case, without numbers and version words."""
    versions = {word.casefold() for word in VERSION_WORDS}
    words = [word.casefold() for word in _PARTS.findall(name)]
    return frozenset(word for i, word in enumerate(words) if i == 0 or (word not in versions and len(word) > 1))


def _stem(name: str) -> str:
    """The letters that a name begins with, or the whole name where it begins with something else."""
    found = _PARTS.match(name.casefold())
    return found[0] if found else name.casefold()


def _any(names: Iterable[str]) -> str:
    ordered = sorted(names, key=len, reverse=True)
    written = (re.sub(r"(?:\\[- _]|[-_ ])+", "[-_ ]?", re.escape(name)) for name in ordered)
    return f"(?<![\\w-])(?:{'|'.join(written)})"


def _written(names: Iterable[str]) -> list[str]:
    """Each name as it is and in capitals: in lower case these are ordinary words."""
    return [form for name in names for form in sorted({name, name.upper(), name.capitalize()})] + ["LLaMA"]

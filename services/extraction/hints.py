"""What extraction must know of the environments there are; the sandbox's registry says it, as data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.extraction import paths


@dataclass(frozen=True, kw_only=True)
class EnvironmentHint:
    """An environment: fence labels, file extensions (with dot) and the default entry's name.

    `imports` are modules whose import makes a program of one of the environments `base` one of this. Blocks of `base`
    and of `parts` beside code of this environment belong to it. `beside`: beside any program this only
    shows or explains it. `fallback` runs in its place while it is not
    `available`; empty: nothing does.
    """

    name: str
    languages: tuple[str, ...]
    extensions: tuple[str, ...]
    entry: str
    base: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    beside: bool = False
    fallback: str = ""
    available: bool = True

    def contains(self, other: str) -> bool:
        """Whether code of the environment `other` beside this one's is a part of the same program."""
        return other in self.base or other in self.parts


class Hints:
    """The environments of one extraction, in the order given; a label or an extension belongs to the first."""

    def __init__(self, hints: Sequence[EnvironmentHint]) -> None:
        self._by_name = {hint.name: hint for hint in reversed(hints)}
        self._by_label = {label: hint for hint in reversed(hints) for label in hint.languages}
        # what is told apart by its imports shares an extension with its base
        plain_first = sorted(hints, key=lambda hint: bool(hint.imports))
        self._by_extension = {ending: hint for hint in reversed(plain_first) for ending in hint.extensions}
        self.all = tuple(hints)

    def named(self, name: str) -> EnvironmentHint | None:
        """The environment of this name."""
        return self._by_name.get(name)

    def for_label(self, label: str) -> EnvironmentHint | None:
        """The environment that lists this fence label or language."""
        return self._by_label.get(label) if label else None

    def for_path(self, path: str) -> EnvironmentHint | None:
        """The environment for a file, by its extension."""
        suffix = paths.extension(path)
        return self._by_extension.get(suffix) if suffix else None

    def label(self, written: str) -> str:
        """The label in its plain form: without attributes, and without a version unless some environment lists it."""
        plain = next(iter(written.replace(",", " ").replace(";", " ").strip("{}. ").split()), "")
        if self.for_label(plain):
            return plain
        bare = plain.rstrip("0123456789.").rstrip("-_") if plain[:1].isalpha() else plain
        return bare if self.for_label(bare) else plain

    def variants(self, base: str) -> Iterable[EnvironmentHint]:
        """The environments that programs of `base` become by what they import."""
        return (hint for hint in self.all if base in hint.base and hint.imports)

    def fallback(self, wanted: EnvironmentHint) -> EnvironmentHint | None:
        """The environment that stands in for one that is not available, if there is one that is."""
        seen = {wanted.name}
        found = self.named(wanted.fallback)
        while found and not found.available and found.name not in seen:
            seen.add(found.name)
            found = self.named(found.fallback)
        return found if found and found.available else None

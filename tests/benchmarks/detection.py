"""How many of the labelled answers go to the right environment: `python -m tests.benchmarks.detection`.

Of the held-out answers only the total is told, so that it stays a score and does not become advice.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from services.extraction.extract import extract
from tests.fixtures.detection_environments import environment_hints
from tests.fixtures.detection_set import Labelled, held_out, tuning


@dataclass(frozen=True, kw_only=True)
class Score:
    """How many of `total` got the right environment, and of those that name an entry, how many that one."""

    right: int
    total: int
    entries_right: int
    entries: int

    @property
    def share(self) -> float:
        return self.right / self.total


@dataclass(frozen=True, kw_only=True)
class Miss:
    """An answer that went astray."""

    id: str
    wanted: str
    found: str
    confidence: float
    reason: str


def score(answers: Iterable[Labelled]) -> tuple[Score, tuple[Miss, ...], dict[str, tuple[int, int]]]:
    """The score, the misses and how many of each environment were right."""
    hints = environment_hints()
    misses: list[Miss] = []
    right, total = Counter[str](), Counter[str]()
    entries_right = entries = 0
    for one in answers:
        found = extract(one.text, hints)
        name = found.environment or "none"
        total[one.environment] += 1
        if name == one.environment:
            right[name] += 1
            entries += one.entry is not None
            entries_right += one.entry is not None and found.entry == one.entry
        else:
            misses.append(
                Miss(id=one.id, wanted=one.environment, found=name, confidence=found.confidence, reason=found.reason)
            )
    whole = Score(right=right.total(), total=total.total(), entries_right=entries_right, entries=entries)
    return whole, tuple(misses), {name: (right[name], total[name]) for name in sorted(total)}


def main() -> int:
    """Print the table; 1 when a part of the set scores below 97 %."""
    tuned, misses, by_name = score(tuning())
    for name, (right, total) in by_name.items():
        print(f"{name:12} {right:3} of {total:3}")
    for miss in misses:
        print(f"  {miss.id}: {miss.found} ({miss.confidence}) instead of {miss.wanted}: {miss.reason}")
    held, _, _ = score(held_out())
    for name, part in (("tuning", tuned), ("held out", held)):
        print(
            f"{name:9} {part.right} of {part.total} = {100 * part.share:.1f} %; "
            f"entry file {part.entries_right} of {part.entries}"
        )
    return int(min(tuned.share, held.share) < 0.97)


if __name__ == "__main__":
    sys.exit(main())

"""How many labelled prompts get the right category: `python -m tests.benchmarks.category`.

Of the held-out prompts only the total is told, so that it stays a score and does not become advice.
"""

import sys
from collections.abc import Iterable

from services.extraction.category import NAME, category_of
from tests.fixtures.category_set import LabelledPrompt, labelled_prompts


def score(prompts: Iterable[LabelledPrompt]) -> tuple[int, int, list[str]]:
    """How many are right, of how many, and what was wrong."""
    found = [(one, category_of(one.prompt)) for one in prompts]
    misses = [f"{one.id}: {name or 'none'} instead of {one.category or 'none'}" for one, name in found
              if name != one.category]  # fmt: skip
    return len(found) - len(misses), len(found), misses


def main() -> int:
    """Print the table."""
    prompts = labelled_prompts()
    english = [one for one in prompts if not one.foreign]
    parts = {
        "tuning": [one for one in english if not one.is_held_out],
        "held out": [one for one in english if one.is_held_out and not one.last],
        "last": [one for one in english if one.last],
        "not English": [one for one in prompts if one.foreign],
    }
    print(NAME)
    for name, part in parts.items():
        right, total, misses = score(part)
        named = [one for one in part if category_of(one.prompt)]
        kept = sum(category_of(one.prompt) == one.category for one in named)
        print(f"{name:12} {right:3} of {total:3} = {100 * right / total:.1f} %; of {len(named)} named {kept} right")
        for miss in misses if name == "tuning" else []:
            print(f"  {miss}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

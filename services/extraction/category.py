"""What kind of thing a prompt asks for, told by its words.

These are rules over English keywords, made by hand; no model has read the prompt. A prompt in another language gets a
category only where it holds one of the words that many languages share (`pygame`, `tetris`, `mermaid`).
"""

import re

from services.extraction.category_words import WORDS

NAME = "heuristic-category-v1"
"""The method, to be stored and shown beside every category it gave."""

CATEGORIES = (
    "web-design",
    "game-development",
    "creative-coding",
    "diagram-creation",
    "scientific-computing",
    "problem-solving",
)
MAX_CHARS = 4000
_LEAST = 2


def _alternatives(words: str) -> str:
    return "|".join(word.strip() for word in words.split(" |"))


_WEIGHTS = (4, 2, 1)
_PATTERNS = tuple(
    (category, weight, re.compile(rf"(?<![\w-])(?:{_alternatives(words)})(?!\w)"))
    for category, groups in WORDS.items()
    for weight, words in zip(_WEIGHTS, groups, strict=True)
)
# what asks for an explanation or a text, and not for a program
_TALK = re.compile(
    r"\s*(?:hello|hi|hey|thanks|thank you|who|what|why|when|where|explain|summari[sz]e|translate|recommend|how do i|"
    r"how are|is it|give me advice|tell me|plan a|what should)\b"
)
_MAKES = re.compile(
    r"\b(?:build|make|code|create|implement|program|draw|design|develop|simulate|plot|graph|map|"
    r"visuali[sz]e|script|function|error)\b"
)


def category_of(prompt: str) -> str:
    """One of `CATEGORIES`, or "" when nothing fits; the first 4,000 characters decide. Total and deterministic.

    Of several kinds the one whose distinct words weigh most wins, and of equals the one that stands first in
    `CATEGORIES`.
    """
    text = " ".join(prompt[:MAX_CHARS].casefold().split())
    if _TALK.match(text) and not _MAKES.search(text):
        return ""
    found = dict.fromkeys(CATEGORIES, 0)
    for category, weight, pattern in _PATTERNS:
        found[category] += weight * len(set(pattern.findall(text)))
    best = max(CATEGORIES, key=lambda name: found[name])
    return best if found[best] >= _LEAST else ""

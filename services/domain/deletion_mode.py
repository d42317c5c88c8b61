"""What a person can ask to be deleted."""

from enum import StrEnum


class DeletionMode(StrEnum):
    """What becomes of a person's votes."""

    FORGET = "forget"
    """They stay, of nobody in particular: each is a cluster of its own."""
    VOTES = "votes"
    """They go, too."""

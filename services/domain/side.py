"""The two seats of a battle."""

from enum import StrEnum


class Side(StrEnum):
    """Where an answer stands; drawn per battle, so a seat says nothing about a contender."""

    A = "a"
    B = "b"

    @property
    def other(self) -> "Side":
        """The opposite seat."""
        return Side.B if self is Side.A else Side.A

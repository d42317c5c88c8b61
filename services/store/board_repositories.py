"""Boards, the registry's history, and deletion, as the use cases see it."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.domain.judgement import Source
from services.domain.rating import Board, Snapshot
from services.domain.registry_event import RegistryEvent


class RegistryRepository(Protocol):
    """The history of contenders and rules: it only grows."""

    def append(self, events: Sequence[RegistryEvent]) -> bool:
        """Insert; False (and nothing changed) when another process has used one of the sequence numbers."""
        ...

    def all(self) -> Sequence[RegistryEvent]:
        """In order of `sequence`."""
        ...


class SnapshotRepository(Protocol):
    """Published boards."""

    def add(self, snapshot: Snapshot) -> bool:
        """Insert; False (and nothing changed) when the number is taken."""
        ...

    def get(self, number: int) -> Snapshot: ...
    def all(self) -> Sequence[Snapshot]:
        """In order of `number`."""
        ...

    def supersede(self, number: int, *, reason: str) -> None:
        """Say what became of its rows; the first reason stays."""
        ...

    def rewrite(self, number: int, *, records: str) -> None:
        """Name another blob that holds its votes."""
        ...


class BoardRepository(Protocol):
    """The newest board of each source."""

    def put(self, board: Board) -> None: ...
    def find(self, source: Source) -> Board | None: ...


class ErasureRepository(Protocol):
    """Takes out what a person wrote and who they were. `person` is a session id; digests name blobs."""

    def voter_of(self, pseudonym: str) -> str:
        """The session id behind a pseudonym; "" when nobody has it."""
        ...

    def is_busy(self, person: str) -> bool:
        """Whether a battle or a direct run that they started has not ended."""
        ...

    def battles_of(self, person: str) -> Sequence[str]:
        """The battles that they started, and those that show these again to anybody."""
        ...

    def erase_texts(self, battle_ids: Collection[str]) -> frozenset[str]:
        """Empty all texts of these battles; the blobs that they named."""
        ...

    def erase_runs(self, person: str) -> frozenset[str]:
        """Remove their direct runs; the blobs that these named."""
        ...

    def remove_votes(self, person: str) -> int:
        """Remove their votes and the judgements these are; how many."""
        ...

    def forget(self, person: str) -> int:
        """Their votes become nobody's, their battles too, and their pseudonym is gone; how many votes."""
        ...

    def still_used(self, digests: Collection[str]) -> frozenset[str]:
        """Those of the blobs that anything in the store names."""
        ...

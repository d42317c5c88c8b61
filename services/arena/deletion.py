"""Deletes a person's data: what they wrote, who they were, and if they ask, their votes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.arena.exports.vote_bytes import from_bytes, to_bytes
from services.arena.rating import Rating
from services.clock import Clock
from services.domain.deletion_mode import DeletionMode
from services.domain.judgement import Source
from services.domain.rating import IntervalKind
from services.domain.registry_event import RegistryEventKind, following
from services.domain.vote_record import VoteRecord
from services.errors import Conflict, NotFound, Unavailable
from services.events.protocol import EventLog
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

SUPERSEDED = "superseded by deletion"
_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """What was deleted; `snapshots` are the numbers of those that can no longer be computed as they were published."""

    battles: int
    votes: int
    snapshots: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """Deletes in one transaction; blobs that nothing else names go afterwards.

    Of a battle that the person started goes all that came of its prompt: prompt, answers, programs, what they printed
    and left, pictures, records of use, what judges wrote about it. Who won stays, with numbers about style and outcome.
    """

    store: UnitOfWorkFactory
    blobs: BlobStore
    events: EventLog
    clock: Clock
    rating: Rating

    def voter_of(self, pseudonym: str) -> str:
        """The voter behind a pseudonym.

        Raises:
            NotFound: nobody has it (any more).
        """
        with self.store() as uow:
            found = uow.erasure.voter_of(pseudonym)
        if not found:
            raise NotFound("Nobody has that pseudonym.", hint="It may have been deleted already.")
        return found

    def delete(self, person: str, mode: DeletionMode) -> Deleted:
        """Delete the data of the voter with that session id; a second time finds nothing and does nothing.

        Raises:
            Conflict: a battle or program of theirs is still running.
            Unavailable: the store does not answer, or others write to the registry's history all the time.
        """
        for _ in range(_ATTEMPTS):
            with self.store() as uow:
                done = self._delete(uow, person, mode)
                if done is None:
                    continue
                deleted, battles, digests = done
                uow.commit()
            self._afterwards(deleted, battles, digests)
            return deleted
        raise Unavailable("The registry's history is being written by others all the time.", hint="Try again.")

    def _delete(
        self, uow: UnitOfWork, person: str, mode: DeletionMode
    ) -> tuple[Deleted, Sequence[str], frozenset[str]] | None:
        if uow.erasure.is_busy(person):
            raise Conflict(
                "A battle or a program of this person is still running.", hint="Try again when it has ended."
            )
        pseudonym, battles = uow.votes.pseudonym(person), uow.erasure.battles_of(person)
        digests = uow.erasure.erase_texts(battles) | uow.erasure.erase_runs(person)
        removed = uow.erasure.remove_votes(person) if mode is DeletionMode.VOTES else 0
        votes = uow.erasure.forget(person) + removed
        numbers, replaced = self._snapshots(uow, pseudonym, frozenset(battles), mode)
        deleted = Deleted(battles=len(battles), votes=votes, snapshots=numbers)
        found = deleted != Deleted(battles=0, votes=0, snapshots=())
        details = {"votes": str(deleted.votes), "battles": str(deleted.battles), "mode": mode.value}
        said = [(RegistryEventKind.DELETED, "", details)] if found else []
        if not uow.registry.append(following(uow.registry.all(), self.clock.now(), said)):
            return None
        digests |= replaced
        return deleted, battles, digests - uow.erasure.still_used(digests)

    def _snapshots(
        self, uow: UnitOfWork, pseudonym: str, battles: frozenset[str], mode: DeletionMode
    ) -> tuple[tuple[int, ...], frozenset[str]]:
        """Take the person out of the votes kept beside boards; whose board changes by that, and which blobs it left."""
        superseded, replaced = [], set()
        for snapshot in uow.snapshots.all():
            if not snapshot.records:
                continue
            before = from_bytes(self.blobs.get(snapshot.records))
            after = [new for record in before if (new := _without(record, pseudonym, battles, mode)) is not None]
            if after == list(before):
                continue
            uow.snapshots.rewrite(snapshot.number, records=self.blobs.put(to_bytes(after)))
            replaced.add(snapshot.records)
            again = self.rating.board(after, source=snapshot.board.source, kind=IntervalKind.FIXED)
            if again.data_hash != snapshot.input_hash:
                uow.snapshots.supersede(snapshot.number, reason=SUPERSEDED)
                superseded.append(snapshot.number)
        return tuple(superseded), frozenset(replaced)

    def _afterwards(self, deleted: Deleted, battles: Sequence[str], digests: frozenset[str]) -> None:
        for digest in digests:
            self.blobs.remove(digest)
        for battle_id in battles:
            self.events.forget(battle_id)
        if deleted.battles or deleted.votes:
            self._rate()

    def _rate(self) -> None:
        boards = [self.rating.compute(source) for source in Source]
        with self.store() as uow:
            for board in boards:
                if board.standings or uow.boards.find(board.source) is not None:
                    uow.boards.put(board)
            uow.commit()


def _without(record: VoteRecord, pseudonym: str, battles: frozenset[str], mode: DeletionMode) -> VoteRecord | None:
    """The record without the person; None where it goes altogether."""
    if pseudonym and record.voter == pseudonym:
        if mode is DeletionMode.VOTES:
            return None
        record = replace(record, voter="")
    if record.battle_id in battles:
        # a hash of the prompt could be guessed, and a reason may quote an answer
        flags = tuple(flag.unexplained() for flag in record.flags)
        record = replace(record, prompt_key=record.battle_id, prompt_group=record.battle_id, flags=flags)
    return record

"""Boards published under a number, with the votes they were computed from: what people cite and compute again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.arena.exports.vote_bytes import to_bytes
from services.arena.rating import Rating
from services.arena.vote_records import VoteRecords
from services.clock import Clock
from services.domain.judgement import Source
from services.domain.rating import Board, IntervalKind, Snapshot
from services.domain.registry_event import RegistryEvent, RegistryEventKind, following
from services.domain.vote_record import FlagCode, VoteRecord
from services.errors import Conflict, Unavailable
from services.ratings.audit.data_access import EVERYONE
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """Publishes boards.

    The records lie beside the board as they were then: a flag that comes later changes live boards and later
    snapshots, never what was published.
    """

    store: UnitOfWorkFactory
    blobs: BlobStore
    clock: Clock
    rating: Rating

    def publish(self, source: Source) -> Snapshot:
        """Publish the board of `source` as it is now, with ordinary intervals.

        Raises:
            Conflict: nothing has been judged, or nothing has changed since the newest snapshot of this source.
            Unavailable: others keep publishing.
        """
        records = public(VoteRecords(store=self.store).of(source))
        board = self.rating.board(records, source=source, kind=IntervalKind.FIXED)
        if not board.standings:
            raise Conflict("Nothing has been judged yet.", hint="A snapshot needs votes that count.")
        digest = self.blobs.put(to_bytes(records))
        for _ in range(_ATTEMPTS):
            with self.store() as uow:
                known = uow.snapshots.all()
                newest = _newest(known, source)
                if newest is not None and _holds(newest, board):
                    raise Conflict(f"Nothing has changed since snapshot {newest.number}.")
                made = Snapshot(
                    number=max((one.number for one in known), default=0) + 1,
                    board=board,
                    input_hash=board.data_hash,
                    records=digest,
                    created_at=self.clock.now(),
                )
                if uow.snapshots.add(made) and uow.registry.append(self._events(uow, made)):
                    uow.commit()
                    return made
        raise Unavailable("Others are publishing at the same time.", hint="Try again.")

    def publish_if_due(self, source: Source, *, hours: float) -> Snapshot | None:
        """Publish what has changed since the newest snapshot of `source` once that is `hours` old, or at first.

        None where it is not due: 0 hours mean never, and nothing has been judged or has changed.
        """
        with self.store() as uow:
            board, known = uow.boards.find(source), uow.snapshots.all()
        if hours == 0 or board is None or not board.standings:
            return None
        newest, due = _newest(known, source), self.clock.now() - timedelta(hours=hours)
        if newest is not None and (newest.created_at > due or _holds(newest, board)):
            return None
        return self.publish(source)

    def votes(self, number: int) -> bytes:
        """The records that snapshot was computed from, as JSON lines.

        Raises:
            NotFound: there is no such snapshot, or its votes were deleted.
        """
        with self.store() as uow:
            digest = uow.snapshots.get(number).records
        return self.blobs.get(digest)

    def _events(self, uow: UnitOfWork, made: Snapshot) -> list[RegistryEvent]:
        """It was published; whoever wants can have people's votes (no prompt is among them)."""
        published = {"number": str(made.number), "source": made.board.source.value}
        given = {"provider": EVERYONE, "prompts": "0", "votes": str(made.board.judgements)}
        said = [(RegistryEventKind.SNAPSHOT, "", published)]
        if made.board.source is Source.HUMAN:
            said.append((RegistryEventKind.DATA_GIVEN, "", given))
        return following(uow.registry.all(), made.created_at, said)


def public(records: Sequence[VoteRecord]) -> Sequence[VoteRecord]:
    """The records without those that would name a contender which is not shown yet."""
    return [record for record in records if all(flag.code is not FlagCode.PRIVATE for flag in record.flags)]


def _newest(known: Sequence[Snapshot], source: Source) -> Snapshot | None:
    return next((one for one in reversed(known) if one.board.source is source), None)


def _holds(snapshot: Snapshot, board: Board) -> bool:
    """Whether the snapshot was computed from the rows of `board`, and still can be."""
    return snapshot.board.data_hash == board.data_hash and not snapshot.superseded

"""Takes in what the preview service recorded of how apps were used, and gives it out again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.clock import Clock
from services.domain.interactions import InteractionRecord
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWorkFactory

MAX_BYTES = 16 * 1024 * 1024
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Interactions:
    """Records lie in a folder, a file for each app that has ended, until they are in the store."""

    store: UnitOfWorkFactory
    blobs: BlobStore
    clock: Clock

    def collect(self, folder: Path) -> int:
        """Store every record of this folder and remove its file; how many. A crash in between repeats, never loses."""
        found = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
        return sum(self._take(path) for path in found)

    def of_battle(self, battle_id: str) -> Iterator[str]:
        """The record of a battle, as JSON lines that name the side.

        Raises:
            NotFound: there is no such battle.
        """
        with self.store() as uow:
            uow.battles.get(battle_id)
            records = [
                (answer, record)
                for answer in uow.answers.of_battle(battle_id)
                for record in uow.interactions.of_subject(answer.id)
            ]
        for answer, record in records:
            for line in self.blobs.get(record.digest).decode("utf-8", "replace").splitlines():
                yield _line(line, side=answer.side.value, app=record.id[:8])

    def _take(self, path: Path) -> bool:
        try:
            data = path.read_bytes()[:MAX_BYTES]
        except FileNotFoundError:
            # another process of this worker was faster
            return False
        lines = [event for line in data.splitlines() if (event := _parsed(line)) is not None]
        if lines:
            times = [float(str(event.get("at", 0.0))) for event in lines]
            record = InteractionRecord(
                id=path.stem,
                subject=str(lines[0].get("session", "")),
                events=len(lines),
                seconds=max(times) - min(times),
                digest=self.blobs.put(data),
                collected_at=self.clock.now(),
            )
            with self.store() as uow:
                uow.interactions.put(record)
                uow.commit()
        else:
            log.warning("empty_interactions", app=path.stem[:8])
        path.unlink(missing_ok=True)
        return bool(lines)


def _parsed(line: bytes) -> dict[str, object] | None:
    """An event of the record; None for what is none, as a line that a full disk cut short."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _line(line: str, **more: str) -> str:
    event = _parsed(line.encode())
    if event is None:
        return ""
    event.pop("session", None)
    return json.dumps({**more, **event}) + "\n"

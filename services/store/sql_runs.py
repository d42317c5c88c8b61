"""Direct runs in SQL."""

from collections.abc import Sequence

import sqlalchemy as sa

from services.domain.direct_run import DirectRun
from services.store.rows import Rows
from services.store.tables import DIRECT_RUNS

_C = DIRECT_RUNS.c


class SqlDirectRuns:
    """`DirectRunRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, DIRECT_RUNS, DirectRun)

    def add(self, runs: Sequence[DirectRun]) -> bool:
        first, *others = runs
        if not self._rows.add_once(first, key=("caller", "idempotency_key", "position")):
            return False
        for run in others:
            self._rows.add(run)
        return True

    def get(self, run_id: str) -> DirectRun:
        return self._rows.get(run_id)

    def get_for_update(self, run_id: str) -> DirectRun:
        return self._rows.get_locked(run_id)

    def update(self, run: DirectRun) -> None:
        self._rows.update(run, row_id=run.id)

    def remove(self, run_id: str) -> None:
        self._rows.execute(sa.delete(DIRECT_RUNS).where(_C.id == run_id))

    def of_batch(self, batch_id: str) -> Sequence[DirectRun]:
        return self._rows.all(_C.batch_id == batch_id, order_by=(_C.position,))

    def of_battle(self, battle_id: str) -> Sequence[DirectRun]:
        return self._rows.all(_C.battle_id == battle_id, order_by=(_C.created_at, _C.id))

    def of_key(self, caller: str, key: str) -> Sequence[DirectRun]:
        return self._rows.all(_C.caller == caller, _C.idempotency_key == key, order_by=(_C.position,))

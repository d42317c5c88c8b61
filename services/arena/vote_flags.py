"""Keeps what is noticed of people's votes: flags are computed anew with every vote, and stored where they changed."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from services.arena.vote_quality import BattleTexts, QualityRules, flags_for
from services.arena.vote_records import RULES
from services.domain.side import Side
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.store.unit_of_work import UnitOfWorkFactory


class FlagKeeper:
    """Remembers which battles' texts it has looked at; whoever began later takes that from the stored flags."""

    def __init__(self, store: UnitOfWorkFactory, rules: QualityRules) -> None:
        self._store, self._rules = store, rules
        self._lock = threading.Lock()
        self._leaks: dict[str, Flag | None] = {}

    def flagged(self, records: Sequence[VoteRecord]) -> Sequence[VoteRecord]:
        """All human votes with the flags that they bear now, which are then stored too. One thread at a time."""
        with self._lock:
            with self._store() as uow:
                stored = uow.flags.known()
            for record in records:
                if record.id in stored:
                    self._leaks.setdefault(record.battle_id, _leak(stored[record.id]))
            wanted = flags_for(records, texts=self._texts, rules=self._rules, leaks=self._leaks)
            changed = {name: flags for name, flags in wanted.items() if stored.get(name) != flags}
            if changed:
                with self._store() as uow:
                    uow.flags.put(changed)
                    uow.commit()
        return [_with(record, wanted.get(record.id, ())) for record in records]

    def _texts(self, record: VoteRecord) -> BattleTexts | None:
        with self._store() as uow:
            turn = uow.battles.turns(record.battle_id)[-1]
            answers = uow.answers.of_turn(turn.id)
        text = {side: answers[side].text if side in answers else "" for side in Side}
        return BattleTexts(prompt=turn.prompt, answer_a=text[Side.A], answer_b=text[Side.B])


def _leak(flags: Sequence[Flag]) -> Flag | None:
    return next((flag for flag in flags if flag.code is FlagCode.IDENTITY_LEAK), None)


def _with(record: VoteRecord, flags: Sequence[Flag]) -> VoteRecord:
    kept = tuple(flag for flag in record.flags if flag.code in RULES)
    return replace(record, flags=(*kept, *flags))

"""Battles as whoever has their link may see them: finished ones, named, without a word on who asked or voted."""

from dataclasses import dataclass, replace

from services.arena.exports.battle_documents import BattleDocument
from services.arena.exports.battle_reader import document_of_battle
from services.arena.vote_records import private_ones
from services.domain.prompt import ERASED
from services.domain.visibility import Viewer, revealed
from services.errors import Conflict, NotFound
from services.store.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class SharedBattles:
    """Reads battles that may be shared, as they are in the store now: what was deleted is gone from here, too."""

    store: UnitOfWorkFactory

    def document(self, battle_id: str) -> BattleDocument:
        """The battle, whole, without its owner and without the voter's pseudonym.

        Raises:
            NotFound: there is no such battle, or its texts were deleted on request.
            Conflict: somebody may still vote on it, or a contender in it is not shown yet; the registry's history
                holds something that cannot be read.
        """
        with self.store() as uow:
            battle = uow.battles.get(battle_id)
            if not revealed(battle, Viewer.VOTER):
                raise Conflict(
                    "This battle is still open: it can be shared once it has been voted on.",
                    hint="Go to the battle and vote.",
                )
            if not private_ones(uow.registry.all()).isdisjoint((battle.contender_a, battle.contender_b)):
                raise Conflict("A contender of this battle is not shown yet: it can be shared once it is.")
            found = document_of_battle(uow, battle)
        if any(turn.turn.prompt == ERASED for turn in found.turns):
            raise NotFound("This battle was deleted on request.")
        return replace(found, vote=found.vote and replace(found.vote, voter=""))

"""What voters added to their votes, in SQL."""

import sqlalchemy as sa

from services.domain.vote_details import VoteDetails
from services.store.rows import Rows
from services.store.tables import VOTE_DETAILS


class SqlVoteDetails:
    """`VoteDetailsRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, VOTE_DETAILS, VoteDetails)

    def put(self, details: VoteDetails) -> None:
        self._rows.put(details, key=("battle_id",))

    def find(self, battle_id: str) -> VoteDetails | None:
        return self._rows.find(VOTE_DETAILS.c.battle_id == battle_id)

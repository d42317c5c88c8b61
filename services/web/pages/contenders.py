"""The page of one contender: who it is, where it stands, and against whom and on what it won."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.arena.contender_cards import ContenderCards
from services.arena.contender_records import ContenderRecords
from services.container import Services
from services.domain.judgement import Source
from services.domain.rating import BoardSlice
from services.errors import NotFound
from services.ratings.history import series
from services.web.leaderboard_page import SOURCES
from services.web.plots import history_plot
from services.web.rendering import Pages


def contenders(services: Services, pages: Pages) -> APIRouter:
    """The route of the page. Who is not shown yet is answered like somebody who is not there."""
    router = APIRouter(include_in_schema=False)
    cards = ContenderCards(store=services.store, catalogue=services.catalogue, facts=services.facts)
    records = ContenderRecords(store=services.store, facts=services.facts)

    @router.get("/contenders/{name:path}")
    def contender(request: Request, name: str) -> Response:
        card = cards.all().get(name)
        if card is None:
            raise NotFound("There is no such contender.", hint="The leaderboard lists those there are.")
        return pages.render(
            request,
            "contender.html",
            card=card,
            known=cards.all(),
            record=records.of(name),
            sources=SOURCES,
            **_boards(services, name),
        )

    return router


def _boards(services: Services, name: str) -> dict[str, Any]:
    boards = {source: services.boards.live(source) for source in Source}
    rows = {
        source: (board, row)
        for source, board in boards.items()
        if board
        for row in board.standings
        if row.contender == name
    }
    snapshots = services.facts.snapshots()
    history = {source: points for source in Source if (points := series(snapshots, source=source).get(name))}
    found = services.facts.matrices(Source.HUMAN, BoardSlice())
    rates = {}
    if name in found.names:
        rates = dict(zip(found.names, found.rates[found.names.index(name)], strict=True))
    human = history.get(Source.HUMAN)
    return {
        "rows": rows,
        "history": history,
        "rates": rates,
        "lines": history_plot({name: human}, [name]) if human else None,
    }

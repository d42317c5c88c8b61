"""Finished battles by their link: a page that stays the same, and the battle as JSON or Markdown."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.arena.exports.battle_documents import BattleDocument, line_of
from services.arena.exports.battle_markdown import WORDS, markdown_of
from services.arena.exports.shared_battles import SharedBattles
from services.container import Services
from services.web.forms import KnownId
from services.web.rendering import Pages

NOINDEX = {"X-Robots-Tag": "noindex, nofollow"}


def shared(services: Services, pages: Pages) -> APIRouter:
    """The routes. Of a battle that is open all of them say only that it is."""
    router = APIRouter(include_in_schema=False)
    battles = SharedBattles(store=services.store)

    @router.get("/battles/{battle_id}/share")
    def share(request: Request, battle_id: KnownId) -> Response:
        page = pages.render(request, "shared.html", document=battles.document(battle_id), words=WORDS)
        page.headers.update(NOINDEX)
        return page

    @router.get("/battles/{battle_id}/export.json")
    def as_json(battle_id: KnownId) -> Response:
        found = battles.document(battle_id)
        return _file(line_of(found), found, "json", "application/json")

    @router.get("/battles/{battle_id}/export.md")
    def as_markdown(battle_id: KnownId) -> Response:
        found = battles.document(battle_id)
        return _file(markdown_of(found).encode("utf-8", "replace"), found, "md", "text/markdown; charset=utf-8")

    return router


def _file(data: bytes, document: BattleDocument, ending: str, media_type: str) -> Response:
    name = f"runarena-battle-{document.battle.id}.{ending}"
    headers = {
        **NOINDEX,
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Schema-Version": f"{document.schema_version}",
    }
    return Response(data, media_type=media_type, headers=headers)

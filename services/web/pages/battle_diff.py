"""What differs between two programs of a battle: A against B, or a turn against an earlier one."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.container import Services
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.domain.visibility import BattleView, SideView, Viewer
from services.errors import InvalidRequest
from services.web.differences import differences
from services.web.forms import KnownId
from services.web.rendering import Pages


def battle_diff(services: Services, pages: Pages) -> APIRouter:
    """The route of the comparison."""
    router = APIRouter(include_in_schema=False)

    @router.get("/battles/{battle_id}/diff")
    def compare(request: Request, battle_id: KnownId, left: str = "", right: str = "") -> Response:
        view = services.battles.view(battle_id, Viewer.VOTER)
        programs = programs_of(view)
        names = list(programs)
        left, right = left or names[0], right or names[-1]
        if left not in programs or right not in programs:
            raise InvalidRequest("There is no such program in this battle.", hint=f"There are: {', '.join(names)}.")
        return pages.render(
            request,
            "diff.html",
            battle=view,
            names={name: _spoken(name) for name in names},
            left=left,
            right=right,
            files=differences(_texts(programs[left]), _texts(programs[right])),
        )

    return router


def programs_of(view: BattleView) -> dict[str, Snippet | None]:
    """The programs of a battle by names like `a-1`, side and turn; those of the latest turn are the first and last."""
    found: dict[str, Snippet | None] = {}
    turns = [(turn.index + 1, turn.sides) for turn in view.turns]
    for side in (Side.A, Side.B):
        of_side: list[tuple[int, SideView]] = [(number, sides[side]) for number, sides in turns if side in sides]
        # of A the latest comes first, of B last
        for number, shown in sorted(of_side, key=lambda pair: pair[0], reverse=side is Side.A):
            found[f"{side.value}-{number}"] = shown.snippet
    return found


def _spoken(name: str) -> str:
    side, _, turn = name.partition("-")
    return f"Answer {side.upper()}, turn {turn}"


def _texts(snippet: Snippet | None) -> dict[str, str]:
    return {file.path: file.text for file in snippet.files} if snippet else {}

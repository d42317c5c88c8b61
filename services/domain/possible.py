"""What can be done with a battle now, and why not: the reasons people and programs are shown."""

from collections.abc import Mapping

from services.domain.battle import Battle, BattleState
from services.domain.battle_mode import BattleMode

MOST_TURNS = 10
_VOTE = {
    BattleState.RUNNING: "Voting opens when both sides are finished.",
    BattleState.VOTED: "This battle has its vote.",
    BattleState.VOID: "A side failed: there is nothing to vote on.",
}
_FOLLOW_UP = {
    BattleState.RUNNING: "You can ask on when both sides are finished.",
    BattleState.JUDGING: "You can ask on when the judges are done.",
    BattleState.VOTED: "This battle has its vote: it is over.",
    BattleState.VOID: "A side failed: try it again first.",
}


def possible(battle: Battle, *, has_program: bool, turns: int = 1) -> Mapping[str, str]:
    """By act: "" when it can be done now, else the reason why not."""
    state, running = battle.state, battle.state is BattleState.RUNNING
    chat = battle.mode is BattleMode.DIRECT
    run = "" if has_program else "There is no program in these answers."
    enough = f"There were {MOST_TURNS} turns: start a new battle." if turns >= MOST_TURNS else ""
    return {
        "vote": "A chat has no vote." if chat else _VOTE.get(state, ""),
        "follow_up": _FOLLOW_UP.get(state, enough),
        "stop": "" if running else "Nothing runs.",
        "retry": "" if state is BattleState.VOID else "No side has failed.",
        "rematch": _rematch(battle),
        "run": "Programs can be run again when both sides are finished." if running else run,
    }


def _rematch(battle: Battle) -> str:
    if battle.mode is not BattleMode.BATTLE:
        return "A rematch is for blind battles: start again with other names."
    return "" if battle.state.terminal else "A rematch can begin when this battle is over."

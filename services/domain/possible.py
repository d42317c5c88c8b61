"""What can be done with a battle now, and why not: the reasons people and programs are shown."""

from collections.abc import Mapping

from services.domain.battle import Battle, BattleState

_VOTE = {
    BattleState.RUNNING: "Voting opens when both sides are finished.",
    BattleState.VOTED: "This battle has its vote.",
    BattleState.VOID: "A side failed: there is nothing to vote on.",
}


def possible(battle: Battle, *, has_program: bool) -> Mapping[str, str]:
    """By act: "" when it can be done now, else the reason why not."""
    running = battle.state is BattleState.RUNNING
    run = "" if has_program else "There is no program in these answers."
    return {
        "vote": _VOTE.get(battle.state, ""),
        "stop": "" if running else "Nothing runs.",
        "run": "Programs can be run again when both sides are finished." if running else run,
    }

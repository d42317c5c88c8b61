"""Whose events can be followed: a battle's, blind until the vote, and a direct run's."""

from dataclasses import dataclass, replace

from services.container import Services
from services.domain.battle import Battle
from services.domain.events import DoneEvent, LogEvent
from services.domain.run_events import ending
from services.domain.visibility import Viewer, visible_event


@dataclass(kw_only=True)
class WatchedBattle:
    """A battle as a voter follows it."""

    services: Services
    battle: Battle

    @classmethod
    def open(cls, services: Services, battle_id: str, *, cursor: str) -> "WatchedBattle":
        """Troubles show here, before the first byte.

        Raises:
            NotFound: there is no such battle.
            InvalidRequest: the cursor is not one of this log.
            Unavailable: the log cannot be reached.
        """
        services.events.read(battle_id, after=cursor)
        return cls(services=services, battle=_load(services, battle_id))

    @property
    def topic(self) -> str:
        return self.battle.id

    def plain(self, event: LogEvent) -> bool:
        return visible_event(event, self.battle, Viewer.VOTER) is event

    def show(self, event: LogEvent) -> LogEvent | None:
        shown = visible_event(event, self.battle, Viewer.VOTER)
        if shown != event:
            self.battle = _load(self.services, self.battle.id)
            shown = visible_event(event, self.battle, Viewer.VOTER)
        return shown

    def ending(self) -> LogEvent | None:
        self.battle = _load(self.services, self.battle.id)
        return DoneEvent(state=self.battle.state) if self.battle.state.terminal else None


@dataclass(frozen=True, kw_only=True)
class WatchedRun:
    """A direct run; whoever knows its id may see everything."""

    services: Services
    topic: str

    @classmethod
    def open(cls, services: Services, run_id: str, *, cursor: str) -> "WatchedRun":
        """Raises as `WatchedBattle.open` does."""
        services.events.read(run_id, after=cursor)
        services.runs.get(run_id)
        return cls(services=services, topic=run_id)

    def plain(self, event: LogEvent) -> bool:  # noqa: ARG002 - nothing of a run is hidden
        return True

    def show(self, event: LogEvent) -> LogEvent | None:
        return event

    def ending(self) -> LogEvent | None:
        report = self.services.runs.get(self.topic).report
        return ending(report) if report else None


def _load(services: Services, battle_id: str) -> Battle:
    with services.store() as uow:
        return replace(uow.battles.get(battle_id))

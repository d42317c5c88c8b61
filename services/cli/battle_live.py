"""A battle on the terminal while it runs: both sides' lines as they come."""

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console

from services.cli.output import plain
from services.container import Services
from services.domain.answer import SidePhase
from services.domain.events import (
    DeltaEvent,
    DoneEvent,
    ExecutionEvent,
    JudgementEvent,
    LogEvent,
    PhaseEvent,
    ProblemEvent,
)
from services.domain.execution import spoken_time
from services.domain.side import Side
from services.domain.work import WorkKind, WorkState
from services.errors import Unavailable

STYLES = {Side.A: "bright_blue", Side.B: "dark_orange"}
RATING_SECONDS = 20.0


class LiveBattle:
    """Prints events; whole lines only, marked with the side they belong to."""

    def __init__(self, console: Console, *, title: str, prompt: str) -> None:
        self._console = console
        self._open: dict[tuple[Side, str], str] = {}
        self._attempt: dict[Side, int] = {}
        console.rule(title, style="dim")
        console.print(f"prompt  {plain(prompt)}", markup=False, style="bold")

    def show(self, event: LogEvent) -> None:
        """Print one event."""
        handlers: dict[type, Callable[[Any], None]] = {
            DeltaEvent: self._delta,
            PhaseEvent: self._phase,
            ExecutionEvent: self._execution,
            JudgementEvent: self._judgement,
            ProblemEvent: self._problem,
            DoneEvent: lambda done: self._console.print(f"battle  {done.state}", markup=False, style="bold"),
        }
        handlers[type(event)](event)

    def _line(self, side: Side, mark: str, text: str) -> None:
        self._console.print(f"{side.upper()} {mark} {plain(text)}", markup=False, style=STYLES[side])

    def _flow(self, side: Side, mark: str, text: str) -> None:
        *lines, rest = (self._open.get((side, mark), "") + text).split("\n")
        for line in lines:
            self._line(side, mark, line)
        self._open[side, mark] = rest

    def _flush(self, side: Side) -> None:
        for (owner, mark), rest in list(self._open.items()):
            if owner is side and rest:
                self._line(side, mark, rest)
                self._open[owner, mark] = ""

    def _delta(self, event: DeltaEvent) -> None:
        if self._attempt.setdefault(event.side, event.attempt) != event.attempt:
            self._flush(event.side)
            self._attempt[event.side] = event.attempt
            self._line(event.side, "!", "starts again")
        self._flow(event.side, "│", event.text)

    def _phase(self, event: PhaseEvent) -> None:
        self._flush(event.side)
        if event.phase is SidePhase.EXECUTING:
            self._line(event.side, "▶", f"running: {event.detail}")
        elif event.phase is not SidePhase.WRITING or event.detail:
            self._line(event.side, "·", f"{event.phase} {event.detail}".rstrip())

    def _execution(self, event: ExecutionEvent) -> None:
        if event.stream != "status":
            self._flow(event.side, ">" if event.stream == "stdout" else "!", event.text)
            return
        self._flush(event.side)
        parts = [event.outcome]
        if event.exit_code is not None:
            parts.append(f"exit {event.exit_code}")
        if event.wall_seconds is not None:
            parts.append(spoken_time(event.wall_seconds))
        if event.peak_memory_bytes:
            parts.append(f"{event.peak_memory_bytes / 2**20:.0f} MiB")
        self._line(event.side, "■", " · ".join([*parts, event.text] if event.text else parts))

    def _judgement(self, event: JudgementEvent) -> None:
        say = event.winner or "no verdict"
        text = f"judge   {event.source:10} seats {event.order.upper()}: {say}  {plain(event.reason)}"
        self._console.print(text.rstrip(), markup=False)

    def _problem(self, event: ProblemEvent) -> None:
        who = event.side.upper() if event.side else "battle"
        self._console.print(f"{who} ! {event.code}: {plain(event.message)}", markup=False, style="red")


def follow(services: Services, battle_id: str, live: LiveBattle, *, timeout_seconds: float) -> None:
    """Show the battle until it is done and its boards are computed.

    Raises:
        Unavailable: it takes longer than `timeout_seconds`; the battle goes on when a worker is there.
    """
    deadline, cursor, done = time.monotonic() + timeout_seconds, "", False
    while not done:
        if time.monotonic() > deadline:
            raise Unavailable(
                f"Battle {battle_id} is not done after {timeout_seconds:.0f} s.",
                hint="`arena doctor` checks the parts; worker.log in the data folder says more.",
            )
        fresh = services.events.read(battle_id, after=cursor, block_seconds=1.0)
        for logged in fresh:
            cursor = logged.id
            live.show(logged.event)
            done = done or isinstance(logged.event, DoneEvent)
        if not fresh:
            done = _finished(services, battle_id)
    _await_ratings(services, battle_id)


def _finished(services: Services, battle_id: str) -> bool:
    """Whether the store says done although the log, silent for a second, has lost its last event."""
    with services.store() as uow:
        return uow.battles.get(battle_id).state.terminal


def _await_ratings(services: Services, battle_id: str) -> None:
    deadline = time.monotonic() + RATING_SECONDS
    while time.monotonic() < deadline:
        with services.store() as uow:
            rates = [work for work in uow.work.of_topic(battle_id) if work.kind is WorkKind.RATE]
        if all(work.state in (WorkState.DONE, WorkState.FAILED) for work in rates):
            return
        services.clock.sleep(0.1)

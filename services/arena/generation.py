"""The answer stage: a contender writes, viewers watch, the program is taken out of the text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sandboxes.runner import RunControl
from services.arena.cancelled_streams import until_cancelled
from services.arena.effects import Effects, Publisher
from services.arena.orchestrator import Orchestrator
from services.clock import Clock
from services.contenders.protocol import AnswerEnd, Catalogue, ChatRequest
from services.domain.answer import STOPPED, Answer, SidePhase, Usage
from services.domain.battle_mode import Parameters
from services.domain.events import DeltaEvent, PhaseEvent
from services.domain.message import Message, Role
from services.domain.snippet import Snippet
from services.domain.work import Lease
from services.events.controls import RunControls
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

COALESCE_SECONDS = 0.04
TakeProgram = Callable[[str, str], Snippet]


def thread_of(uow: UnitOfWork, answer: Answer) -> Sequence[Message]:
    """What a contender is sent: the turns its side took part in, with what it said itself, up to the one to answer."""
    messages: list[Message] = []
    for turn in uow.battles.turns(answer.battle_id):
        if turn.id == answer.turn_id:
            return (*messages, Message(role=Role.USER, text=turn.prompt))
        earlier = uow.answers.of_turn(turn.id).get(answer.side)
        if earlier is not None:
            messages.append(Message(role=Role.USER, text=turn.prompt))
            messages.append(Message(role=Role.ASSISTANT, text=earlier.text))
    raise AssertionError("an answer belongs to a turn of its battle")


def _request(messages: Sequence[Message], parameters: Parameters) -> ChatRequest:
    system = (Message(role=Role.SYSTEM, text=parameters.system_prompt),) if parameters.system_prompt else ()
    return ChatRequest(
        messages=(*system, *messages), max_tokens=parameters.max_tokens, temperature=parameters.temperature
    )


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Runs one answer. `take_program(answer id, text)` is the extraction."""

    store: UnitOfWorkFactory
    publisher: Publisher
    orchestrator: Orchestrator
    catalogue: Catalogue
    controls: RunControls
    take_program: TakeProgram
    clock: Clock

    def run(self, lease: Lease) -> None:
        """Ask the contender and store what it said.

        Raises:
            ProviderError, NotFound, PrerequisiteError: the contender cannot be asked.
            StaleLease: another attempt has taken over.
        """
        answer, request = self._begin(lease)
        control = RunControl()
        with self.controls.attach(lease.work.id, control):
            end, text = self._listen(lease, answer, request, control)
        written = replace(
            answer,
            text=text,
            finish_reason=end.finish_reason,
            truncated=end.truncated,
            usage=end.usage,
            first_token_seconds=end.first_token_seconds,
            wall_seconds=end.wall_seconds,
        )
        snippet = self.take_program(answer.id, text)
        effects = Effects()
        with self.store() as uow:
            uow.work.finish(lease)
            uow.answers.update(written)
            uow.snippets.put(snippet)
            if snippet.runnable:
                self.orchestrator.to_execution(uow, written, snippet.reason, effects)
            else:
                self.orchestrator.side_finished(uow, written, snippet.reason, effects)
            uow.commit()
        self.publisher.publish(effects)
        self.controls.forget(lease.work.id)

    def _begin(self, lease: Lease) -> tuple[Answer, ChatRequest]:
        with self.store() as uow:
            answer = replace(uow.answers.get(lease.work.subject), phase=SidePhase.WRITING)
            messages, parameters = thread_of(uow, answer), uow.battles.get(answer.battle_id).parameters or Parameters()
            uow.answers.update(answer)
            uow.commit()
        self.publisher.announce(answer.battle_id, PhaseEvent(side=answer.side, phase=SidePhase.WRITING))
        return answer, _request(messages, parameters)

    def _listen(self, lease: Lease, answer: Answer, request: ChatRequest, control: RunControl) -> tuple[AnswerEnd, str]:
        model = self.catalogue.open(answer.contender)
        pieces: list[str] = []
        told, told_at = 0, self.clock.monotonic()
        began_at = told_at
        for chunk in until_cancelled(model.stream(request), control):
            if not isinstance(chunk, AnswerEnd):
                pieces.append(chunk.text)
            now = self.clock.monotonic()
            if isinstance(chunk, AnswerEnd) or now - told_at >= COALESCE_SECONDS:
                text = "".join(pieces)
                pieces, told_at = [text], now
                if len(text) > told:
                    delta = DeltaEvent(side=answer.side, attempt=lease.fence, offset=told, text=text[told:])
                    self.publisher.announce(answer.battle_id, delta)
                    told = len(text)
            if isinstance(chunk, AnswerEnd):
                return chunk, "".join(pieces)
        if not control.cancelled:
            raise AssertionError("a stream must end with AnswerEnd")
        seconds = self.clock.monotonic() - began_at
        end = AnswerEnd(
            finish_reason=STOPPED, truncated=True, usage=Usage(), first_token_seconds=None, wall_seconds=seconds
        )
        return end, "".join(pieces)

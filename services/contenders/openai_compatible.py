"""Any OpenAI-compatible chat endpoint as a ChatModel."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.clock import Clock
from services.contenders.chat_arguments import chat_arguments
from services.contenders.endpoint import Endpoint, EndpointSlots
from services.contenders.entry import ModelEntry
from services.contenders.openai_attempt import Attempt
from services.contenders.protocol import AnswerEnd, ChatRequest, TextChunk
from services.contenders.retry import RetryPolicy
from services.domain.contender import Contender
from services.errors import ProviderError


@dataclass(frozen=True, kw_only=True)
class OpenAICompatibleModel:
    """A contender behind one or more OpenAI-compatible endpoints.

    `endpoints` is asked before each try, so that an endpoint may move. A request lives in an event loop of its
    own: call `stream` from a thread that runs none. `AnswerEnd` times start with the try that succeeded.
    """

    contender: Contender
    entry: ModelEntry
    endpoints: Callable[[], Sequence[Endpoint]]
    slots: EndpointSlots
    clock: Clock
    random: Callable[[], float]
    retry: RetryPolicy = RetryPolicy()

    def stream(self, request: ChatRequest) -> Iterator[TextChunk | AnswerEnd]:
        """Text chunks, then one AnswerEnd; tries again, elsewhere if it can, until the first chunk came.

        Raises:
            ProviderError: the endpoint failed; also in mid-stream.
        """
        deadline = self.clock.monotonic() + self.entry.limits.total_seconds
        failed: set[str] = set()
        failures = 0
        while True:
            endpoints = self.endpoints()
            left = deadline - self.clock.monotonic()
            with self.slots.taken(endpoints, avoid=failed, seconds=left) as endpoint:
                attempt = self._attempt(endpoint, request, deadline)
                try:
                    yield from attempt.run()
                    return
                except ProviderError as error:
                    failures += 1
                    wait = self._wait(error, attempt, failures, deadline)
            failed = _remember(failed, attempt.endpoint, endpoints)
            self.clock.sleep(wait)

    def _attempt(self, endpoint: Endpoint | None, request: ChatRequest, deadline: float) -> Attempt:
        if endpoint is None:
            raise ProviderError(
                f"No request slot for {self.contender.name} came free in time.",
                code="endpoint_timeout",
                retryable=True,
                hint="Raise parallel in models.yaml if the endpoint can take more at once.",
            )
        arguments = chat_arguments(self.entry, request)
        return Attempt(endpoint, self.entry.limits, arguments, self.clock, deadline)

    def _wait(self, error: ProviderError, attempt: Attempt, failures: int, deadline: float) -> float:
        """Seconds until the next try; raises the error when there shall be none."""
        seconds = self.retry.delay(
            failures,
            retry_after=attempt.retry_after,
            seconds_left=deadline - self.clock.monotonic(),
            random=self.random,
        )
        if attempt.started or not error.retryable or seconds is None:
            raise error
        return seconds


def _remember(failed: set[str], endpoint: Endpoint, endpoints: Sequence[Endpoint]) -> set[str]:
    """The endpoints to avoid next; once all have failed, none is avoided any more."""
    now = failed | {endpoint.api_base}
    return now if any(other.api_base not in now for other in endpoints) else set()

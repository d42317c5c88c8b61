"""One request to one OpenAI-compatible endpoint: the only place that speaks through the openai SDK."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, closing
from typing import Any, TypeVar
from urllib.parse import urlsplit

from openai import AsyncOpenAI, AsyncStream, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletionChunk

from services.clock import Clock
from services.contenders.endpoint import Endpoint
from services.contenders.entry import Limits
from services.contenders.openai_errors import TRANSPORT_ERRORS, bad_response, provider_error, retry_after_seconds
from services.contenders.protocol import AnswerEnd, TextChunk
from services.contenders.text import TextCollector
from services.domain.answer import Usage
from services.errors import ProviderError

_T = TypeVar("_T")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Attempt:
    """One try. `started` tells that text came, `retry_after` what a failed endpoint asked to wait (seconds)."""

    def __init__(
        self, endpoint: Endpoint, limits: Limits, arguments: Mapping[str, Any], clock: Clock, deadline: float
    ) -> None:
        self.endpoint = endpoint
        self.started = False
        self.retry_after: float | None = None
        self._limits = limits
        self._arguments = arguments
        self._clock = clock
        self._deadline = deadline
        self._speaking = False
        self._usage = Usage()
        self._finish_reason = ""

    def run(self) -> Iterator[TextChunk | AnswerEnd]:
        """Drive the asynchronous stream step by step in an event loop of its own.

        Raises:
            ProviderError: whatever went wrong, mapped.
        """
        with closing(asyncio.new_event_loop()) as loop:
            steps = self._steps()
            try:
                while (step := loop.run_until_complete(_next(steps))) is not None:
                    yield step
            except TRANSPORT_ERRORS as error:
                self.retry_after = retry_after_seconds(error)
                raise provider_error(error, self.endpoint, str(self._arguments["model"])) from error
            finally:
                loop.run_until_complete(steps.aclose())
                loop.run_until_complete(loop.shutdown_asyncgens())

    async def _steps(self) -> AsyncGenerator[TextChunk | AnswerEnd, None]:
        began = self._clock.monotonic()
        first: float | None = None
        text = TextCollector(self._limits.answer_bytes)
        async with self._client() as client, aclosing(self._pieces(client, began)) as pieces:
            async for piece in pieces:
                if cleaned := text.feed(piece):
                    first = self._clock.monotonic() - began if first is None else first
                    self.started = True
                    yield TextChunk(text=cleaned)
                if text.full:
                    self._finish_reason = "size_limit"
                    break
        if rest := text.finish():
            yield TextChunk(text=rest)
        self._check_end()
        yield AnswerEnd(
            finish_reason=self._finish_reason,
            truncated=self._finish_reason in ("length", "size_limit"),
            usage=self._usage,
            first_token_seconds=first,
            wall_seconds=self._clock.monotonic() - began,
        )

    def _client(self) -> AsyncOpenAI:
        """A client without retries of its own; loopback is never asked through a proxy.

        Loading the certificate store takes a sixth of a second, so plain loopback, which cannot use it, goes
        without; it follows no redirects then, so that nothing unverified is ever spoken to beyond it.
        """
        address = urlsplit(self.endpoint.api_base)
        remote = address.hostname not in _LOOPBACK or address.scheme != "http"
        return AsyncOpenAI(
            base_url=self.endpoint.api_base,
            api_key=self.endpoint.api_key or "none",
            max_retries=0,
            timeout=self._limits.total_seconds,
            http_client=DefaultAsyncHttpxClient(trust_env=remote, verify=remote, follow_redirects=remote),
        )

    async def _pieces(self, client: AsyncOpenAI, began: float) -> AsyncGenerator[str, None]:
        """Pieces of text as they come, each within its time limit."""
        call = client.chat.completions.create(**self._arguments)
        stream: AsyncStream[ChatCompletionChunk] = await asyncio.wait_for(call, self._seconds(began))
        async with stream:
            chunks = aiter(stream)
            while (chunk := await asyncio.wait_for(_next(chunks), self._seconds(began))) is not None:
                yield self._read(chunk)

    def _seconds(self, began: float) -> float:
        """How long the next chunk may take: the wait for the first token, or the silence between chunks."""
        now = self._clock.monotonic()
        limit = self._limits.chunk_seconds if self._speaking else began + self._limits.first_token_seconds - now
        return max(0.0, min(limit, self._deadline - now))

    def _read(self, chunk: ChatCompletionChunk) -> str:
        """The text of a chunk; notes usage, finish reason and that the model has begun to speak or think."""
        if not isinstance(chunk, ChatCompletionChunk) or not isinstance(chunk.choices, list):
            raise bad_response(self.endpoint, "sent something that is not a chat completion chunk", retryable=False)
        if chunk.usage is not None:
            self._usage = Usage(
                prompt_tokens=chunk.usage.prompt_tokens, completion_tokens=chunk.usage.completion_tokens
            )
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._finish_reason = choice.finish_reason or self._finish_reason
        delta = choice.delta
        text = (delta.content or delta.refusal or "") if delta else ""
        thought = (delta.model_extra or {}).get("reasoning_content") if delta else None
        self._speaking = self._speaking or bool(text or thought)
        return text

    def _check_end(self) -> None:
        """An answer that just stops is not an answer."""
        if not self._finish_reason:
            raise bad_response(self.endpoint, "broke off before the answer was complete", retryable=True)
        if self._finish_reason == "content_filter" and not self.started:
            raise ProviderError(
                f"{self.endpoint.api_base} filtered the answer away.",
                code="refused",
                retryable=False,
                hint="Ask in other words.",
            )


async def _next(iterator: AsyncIterator[_T]) -> _T | None:
    """The next item, or None at the end."""
    return await anext(iterator, None)

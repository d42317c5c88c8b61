"""What a contender can do: stream an answer, or complete a request in one piece."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.domain.answer import Usage
from services.domain.contender import Contender
from services.domain.message import Message


@dataclass(frozen=True, kw_only=True)
class ChatRequest:
    """What is asked. `max_tokens` None means the contender's own setting; `json_schema` asks for structured
    output; `attempt` counts retries of the same work (a contender may ignore it)."""

    messages: Sequence[Message]
    max_tokens: int | None = None
    temperature: float | None = None
    json_schema: Mapping[str, Any] | None = None
    seed: int | None = None


@dataclass(frozen=True, kw_only=True)
class TextChunk:
    """More text."""

    text: str


@dataclass(frozen=True, kw_only=True)
class AnswerEnd:
    """The last thing a stream yields: why it ended, what it cost and how long it took."""

    finish_reason: str
    truncated: bool
    usage: Usage
    first_token_seconds: float | None
    wall_seconds: float


class ChatModel(Protocol):
    """One contender that can be asked."""

    @property
    def contender(self) -> Contender: ...

    def stream(self, request: ChatRequest) -> Iterator[TextChunk | AnswerEnd]:
        """Text chunks, then exactly one AnswerEnd. Closing the iterator early ends the request.

        Retries happen inside, before the first chunk only. Text is capped (see `AnswerEnd.truncated`).

        Raises:
            ProviderError: the endpoint failed; also in mid-stream.
        """
        ...


class Catalogue(Protocol):
    """All contenders that are configured."""

    def contenders(self) -> Sequence[Contender]:
        """In the order of the file."""
        ...

    def open(self, name: str) -> ChatModel:
        """The contender of that name, ready to be asked.

        Raises:
            NotFound: no contender has that name; the hint lists those there are.
            PrerequisiteError: a needed extra, key variable or file is missing.
        """
        ...

"""Answers from a JSONL file, for people who already have answers and for tests without a model."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from services.contenders.entry import ModelEntry
from services.contenders.protocol import AnswerEnd, ChatRequest, TextChunk
from services.contenders.text import TextCollector
from services.domain.answer import Usage
from services.domain.contender import Contender
from services.domain.message import Role
from services.errors import ConfigurationError, PrerequisiteError, ProviderError

_CHUNK_CHARS = 24


class _Row(BaseModel):
    """One recorded answer; whose it is may be left out when the file belongs to one contender."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    answer: str
    uid: str | None = None
    prompt: str | None = None
    model: str | None = None
    contender: str | None = None

    @model_validator(mode="after")
    def _has_a_question(self) -> "_Row":
        if not self.uid and not self.prompt:
            raise ValueError("a row needs uid or prompt")
        return self


def read_answers(path: Path, *, names: frozenset[str]) -> Mapping[str, str]:
    """Answer by prompt (surrounding white space removed) and by uid, of rows that are about one of `names`.

    Raises:
        PrerequisiteError: there is no such file.
        ConfigurationError: a line is not such a row; names file and line.
    """
    answers: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    _add(answers, _row(path, number, line), names)
    except FileNotFoundError:
        raise PrerequisiteError(
            f"The recorded answers {path} do not exist.",
            hint="Check answers in models.yaml; it is relative to that file.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from error
    return answers


def _row(path: Path, number: int, line: str) -> _Row:
    try:
        return _Row.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{path}:{number}: not JSON: {error.msg}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{path}:{number}: {where + ': ' if where else ''}{problem}.") from None


def _add(answers: dict[str, str], row: _Row, names: frozenset[str]) -> None:
    whose = row.contender or row.model
    if whose is None or whose in names:
        answers |= {key.strip(): row.answer for key in (row.prompt, row.uid) if key}


@dataclass(frozen=True, kw_only=True)
class RecordedModel:
    """A contender that says what was recorded for the last user message (its text, or its uid)."""

    contender: Contender
    entry: ModelEntry
    answers: Mapping[str, str]
    monotonic: Callable[[], float]

    def stream(self, request: ChatRequest) -> Iterator[TextChunk | AnswerEnd]:
        """The recorded answer in small chunks, then one AnswerEnd.

        Raises:
            ProviderError: nothing was recorded for this prompt (code no_recorded_answer).
        """
        began = self.monotonic()
        collector = TextCollector(self.entry.limits.answer_bytes)
        text = collector.feed(self._answer(request)) + collector.finish()
        for start in range(0, len(text), _CHUNK_CHARS):
            yield TextChunk(text=text[start : start + _CHUNK_CHARS])
        seconds = self.monotonic() - began
        yield AnswerEnd(
            finish_reason="size_limit" if collector.full else "stop",
            truncated=collector.full,
            usage=Usage(),
            first_token_seconds=seconds if text else None,
            wall_seconds=seconds,
        )

    def _answer(self, request: ChatRequest) -> str:
        asked = [message.text for message in request.messages if message.role is Role.USER]
        answer = self.answers.get(asked[-1].strip()) if asked else None
        if answer is None:
            raise ProviderError(
                f"{self.contender.name} has no recorded answer to this prompt.",
                code="no_recorded_answer",
                retryable=False,
                hint=f"Ask one of the recorded prompts, or add an answer to {self.entry.answers}.",
            )
        return answer

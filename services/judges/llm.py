"""A language model as judge: shown both answers and what happened when they ran, in both seat orders."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.contenders.protocol import AnswerEnd, ChatModel, ChatRequest
from services.domain.answer import Usage
from services.domain.judgement import Label, SeatOrder, Source, Verdict
from services.domain.message import Message, Role
from services.judges.case_text import case_values, pictures
from services.judges.prompt_file import PromptFile
from services.judges.protocol import Case

_REASON_CHARS = 2000
_RETRY_TEMPERATURE = 0.3


@dataclass(frozen=True, kw_only=True)
class LlmJudge:
    """A Judge that asks `model` with `prompt`.

    A reply that is not exactly the JSON asked for is a null; nulls are asked again up to `null_retries` times
    with another seed, a little warmer, because at temperature 0 the reply would be the same. The verdict then
    returned may still be null: it keeps the last raw reply and counts nowhere.
    """

    name: str
    model: ChatModel
    prompt: PromptFile
    null_retries: int = 2
    seed: int = 1
    images_per_side: int = 4

    @property
    def source(self) -> Source:
        return Source.LLM

    @property
    def orders(self) -> tuple[SeatOrder, ...]:
        return (SeatOrder.AB, SeatOrder.BA)

    def verdict(self, case: Case, order: SeatOrder) -> Verdict:
        """The model's say; tokens and seconds are summed over retries.

        Raises:
            ProviderError: the judge's endpoint failed.
        """
        messages = self._messages(case, order)
        verdict = Verdict(order=order, label=None, prompt_hash=self.prompt.digest)
        for attempt in range(self.null_retries + 1):
            raw, end = self._ask(messages, attempt)
            label, reason = parse_reply(raw)
            verdict = replace(
                verdict,
                label=label,
                reason=reason,
                raw=raw,
                usage=_sum(verdict.usage, end.usage),
                wall_seconds=(verdict.wall_seconds or 0.0) + end.wall_seconds,
            )
            if label is not None:
                break
        return verdict

    def _messages(self, case: Case, order: SeatOrder) -> Sequence[Message]:
        limit = self.images_per_side if self.model.contender.vision else 0
        images, counts = pictures(case, order, limit)
        system, user = self.prompt.fill(case_values(case, order, self.prompt, images=counts))
        return (Message(role=Role.SYSTEM, text=system), Message(role=Role.USER, text=user, images=images))

    def _ask(self, messages: Sequence[Message], attempt: int) -> tuple[str, AnswerEnd]:
        request = ChatRequest(
            messages=messages,
            max_tokens=self.prompt.header.max_tokens,
            temperature=_RETRY_TEMPERATURE if attempt else 0.0,
            json_schema=reply_schema(with_reason=self.prompt.header.reason),
            seed=self.seed + attempt,
        )
        pieces: list[str] = []
        for step in self.model.stream(request):
            if isinstance(step, AnswerEnd):
                return "".join(pieces), step
            pieces.append(step.text)
        raise AssertionError("a ChatModel's stream ends with an AnswerEnd")


def reply_schema(*, with_reason: bool) -> Mapping[str, Any]:
    """The JSON schema of a reply; the reason comes first, so that the verdict follows from it."""
    verdict = {"type": "string", "enum": [label.value for label in Label]}
    properties = {"reason": {"type": "string"}, "verdict": verdict} if with_reason else {"verdict": verdict}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def parse_reply(raw: str) -> tuple[Label | None, str]:
    """Label and reason of a reply that is exactly one JSON object with a known label; else (None, "")."""
    try:
        reply = json.loads(raw, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(reply, dict) or not set(reply) <= {"reason", "verdict"}:
        return None, ""
    reason, verdict = reply.get("reason", ""), reply.get("verdict")
    if not isinstance(reason, str) or verdict not in [label.value for label in Label]:
        return None, ""
    return Label(verdict), reason[:_REASON_CHARS]


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _sum(one: Usage, two: Usage) -> Usage:
    def add(pick: Callable[[Usage], int | None]) -> int | None:
        known = [count for count in (pick(one), pick(two)) if count is not None]
        return sum(known) if known else None

    return Usage(
        prompt_tokens=add(lambda usage: usage.prompt_tokens),
        completion_tokens=add(lambda usage: usage.completion_tokens),
    )

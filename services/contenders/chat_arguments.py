"""A ChatRequest under a contender's settings -> the arguments of a chat completions call."""

import base64
from collections.abc import Sequence
from typing import Any

from services.contenders.entry import ModelEntry
from services.contenders.protocol import ChatRequest
from services.domain.message import Message, Role


def chat_arguments(entry: ModelEntry, request: ChatRequest) -> dict[str, Any]:
    """What the request says wins over what the entry says; what neither says is left to the provider."""
    chosen = {
        # Models that reason count their thoughts too and know the limit by this other name only.
        "max_completion_tokens" if entry.reasoning_effort else "max_tokens": _first(
            request.max_tokens, entry.max_tokens
        ),
        "temperature": _first(request.temperature, entry.temperature),
        "top_p": entry.top_p,
        "seed": _first(request.seed, entry.seed),
        "reasoning_effort": entry.reasoning_effort,
        "response_format": _response_format(request),
    }
    return {
        "model": entry.model,
        "messages": _messages(entry, request.messages),
        "stream": True,
        "stream_options": {"include_usage": True},
        **{name: value for name, value in chosen.items() if value is not None},
    }


def _first(asked: Any, configured: Any) -> Any:
    return configured if asked is None else asked


def _response_format(request: ChatRequest) -> dict[str, Any] | None:
    if request.json_schema is None:
        return None
    return {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": dict(request.json_schema), "strict": True},
    }


def _messages(entry: ModelEntry, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The messages on the wire; the entry's system prompt comes first unless the request brings its own."""
    own = [] if any(message.role is Role.SYSTEM for message in messages) or not entry.system_prompt else [
        {"role": "system", "content": entry.system_prompt}
    ]  # fmt: skip
    return own + [{"role": message.role.value, "content": _content(message, entry)} for message in messages]


def _content(message: Message, entry: ModelEntry) -> str | list[dict[str, Any]]:
    if not (entry.vision and message.images):
        return message.text
    pictures = [
        {
            "type": "image_url",
            "image_url": {"url": f"data:{image.media_type};base64,{base64.b64encode(image.data).decode('ascii')}"},
        }
        for image in message.images
    ]
    return [{"type": "text", "text": message.text}, *pictures]

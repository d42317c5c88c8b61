"""The shape of one contender in models.yaml; field names are arena-hard's where those exist."""

import datetime as dt
import hashlib
import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.domain.contender import Contender

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
OPENAI_BASE = "https://api.openai.com/v1"


class ApiType(StrEnum):
    """How a contender is reached."""

    OPENAI = "openai"
    EMBEDDED = "embedded"
    RECORDED = "recorded"


def _only_a_variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError("a key never stands in the file: write ${NAME} and put the key in that variable")
    return value


def _no_variable(value: str) -> str:
    if _VARIABLE.search(value):
        raise ValueError("${NAME} is expanded in api_key only")
    return value


Plain = Annotated[str, AfterValidator(_no_variable), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class EndpointEntry(_Strict):
    """Where an OpenAI-compatible API listens; `api_key` is `${NAME}`, or absent when none is needed."""

    api_base: Annotated[Plain, Field(pattern=r"^https?://[^\s/]+")]
    api_key: Annotated[str, AfterValidator(_only_a_variable)] | None = None

    @property
    def key_variable(self) -> str | None:
        """The environment variable that holds the key."""
        return self.api_key[2:-1] if self.api_key else None


class Limits(_Strict):
    """How long to wait (seconds) and how much text to take (bytes of UTF-8)."""

    first_token_seconds: float = Field(default=60.0, gt=0)
    chunk_seconds: float = Field(default=30.0, gt=0)
    total_seconds: float = Field(default=300.0, gt=0)
    answer_bytes: int = Field(default=1024 * 1024, gt=0)


class Price(_Strict):
    """What a million tokens cost."""

    prompt_per_million: float = Field(default=0.0, ge=0)
    completion_per_million: float = Field(default=0.0, ge=0)
    currency: str = "USD"


class ArenaFacts(_Strict):
    """How the contender takes part and what the board says about it."""

    enabled: bool = True
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    organisation: str = ""
    licence: str = ""
    released: dt.date | None = None
    family: str = ""
    public: bool = True
    retired: str = ""


class ModelEntry(_Strict):
    """One contender: a model, how to reach it, and what shapes its answers."""

    model: Plain
    api_type: ApiType
    endpoints: tuple[EndpointEntry, ...] | None = None
    answers: Path | None = None
    parallel: int = Field(default=4, ge=1, le=1024)
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    system_prompt: str = ""
    vision: bool = False
    reasoning_effort: str | None = None
    limits: Limits = Limits()
    price: Price = Price()
    arena: ArenaFacts = ArenaFacts()

    @model_validator(mode="after")
    def _fields_fit_the_type(self) -> "ModelEntry":
        if self.api_type is not ApiType.OPENAI and self.endpoints:
            raise ValueError(f"endpoints do not belong to api_type {self.api_type}")
        if (self.answers is not None) != (self.api_type is ApiType.RECORDED):
            raise ValueError("answers (a JSONL file) belongs to api_type recorded, and is needed there")
        return self

    @property
    def reached_at(self) -> tuple[EndpointEntry, ...]:
        """The endpoints; without any, OpenAI's own with the key in OPENAI_API_KEY."""
        return self.endpoints or (EndpointEntry(api_base=OPENAI_BASE, api_key="${OPENAI_API_KEY}"),)

    def settings_hash(self, recorded: bytes = b"") -> str:
        """SHA-256 over everything that shapes an answer; `recorded` is the content of the answers file.

        Endpoints, limits in time, price and board facts are not part of it: they move without changing answers.
        """
        shaping = self.model_dump(
            mode="json",
            include={
                "model", "api_type", "max_tokens", "temperature", "top_p", "seed", "system_prompt", "vision",
                "reasoning_effort",
            },
        )  # fmt: skip
        shaping["answer_bytes"] = self.limits.answer_bytes
        shaping["recorded"] = hashlib.sha256(recorded).hexdigest() if recorded else ""
        return hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()

    def contender(self, name: str, recorded: bytes = b"") -> Contender:
        """The arena's view of this entry."""
        priced = "price" in self.model_fields_set
        return Contender(
            name=name,
            model=self.model,
            organisation=self.arena.organisation,
            licence=self.arena.licence,
            weight=self.arena.weight,
            enabled=self.arena.enabled and not self.arena.retired,
            vision=self.vision,
            settings_hash=self.settings_hash(recorded),
            family=self.arena.family,
            public=self.arena.public,
            retired=self.arena.retired,
            released=self.arena.released,
            prompt_price=self.price.prompt_per_million if priced else None,
            completion_price=self.price.completion_per_million if priced else None,
            currency=self.price.currency if priced else "",
        )

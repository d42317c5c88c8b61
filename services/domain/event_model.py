"""What all events share: immutable, strict, one JSON object each."""

from pydantic import BaseModel, ConfigDict


class EventModel(BaseModel):
    """An event; its `kind` says which."""

    model_config = ConfigDict(frozen=True, extra="forbid")

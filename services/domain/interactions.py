"""How people used an app that they looked at, where they agreed to that being recorded."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class InteractionRecord:
    """The record of one app: JSON lines in the blob store under `digest`.

    `id` is the app's token, `subject` the answer or direct run that was looked at. The page's own code can add to it:
    it says what a browser reported, not what a person certainly did.
    """

    id: str
    subject: str
    events: int
    seconds: float
    digest: str
    collected_at: datetime

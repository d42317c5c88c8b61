"""A contender: a model under its settings."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Who can answer, as the arena sees it: an identity, not a way to reach it.

    `settings_hash` changes when anything that shapes an answer (model, sampling, system prompt) changes. `family`
    groups the contenders that are versions of each other ("": the model's name does). A contender that is not `public`
    is tried before its standing is shown. `retired` says why it is drawn no longer ("": it is not retired); a retired
    one is never enabled. `released` is when its maker let it out, the prices are for a million tokens in `currency`
    (None: nobody says).
    """

    name: str
    model: str
    organisation: str = ""
    licence: str = ""
    weight: float = 1.0
    enabled: bool = True
    vision: bool = False
    settings_hash: str = ""
    family: str = ""
    public: bool = True
    retired: str = ""
    released: date | None = None
    prompt_price: float | None = None
    completion_price: float | None = None
    currency: str = ""

"""A contender: a model under its settings."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Who can answer, as the arena sees it: an identity, not a way to reach it.

    `settings_hash` changes when anything that shapes an answer (model, sampling, system prompt) changes.
    """

    name: str
    model: str
    organisation: str = ""
    licence: str = ""
    weight: float = 1.0
    enabled: bool = True
    vision: bool = False
    settings_hash: str = ""

"""What an audit names: one typed value for each thing that is not as it was declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    NOTE = "note"
    """A reader of the boards should know it."""
    WARNING = "warning"
    """It can bend the boards, and was not declared."""
    VIOLATION = "violation"
    """A rule that the arena gave itself is broken."""


class Code(StrEnum):
    """Closed list of what can be found."""

    STARVED = "starved"
    FAVOURED = "favoured"
    PROBABILITY_OFF_POLICY = "probability_off_policy"
    UNDECLARED_POLICY = "undeclared_policy"
    NOT_REGISTERED = "not_registered"
    SILENT_REMOVAL = "silent_removal"
    REMOVED_WITHOUT_NOTICE = "removed_without_notice"
    UNEQUAL_REMOVAL = "unequal_removal"
    RETRACTED_AFTER_PUBLICATION = "retracted_after_publication"
    SELECTIVE_PUBLICATION = "selective_publication"
    TOO_MANY_PRIVATE = "too_many_private"
    DISCONNECTED = "disconnected"
    PROMPT_MIX_CHANGED = "prompt_mix_changed"
    UNEQUAL_DATA = "unequal_data"
    BROKEN_HISTORY = "broken_history"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found: about whom (`subject`), in one sentence, with the numbers and how they were come by."""

    code: Code
    severity: Severity
    subject: str
    sentence: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    method: str = ""

"""What kind of battle it is, and under which settings its contenders answer."""

from dataclasses import dataclass
from enum import StrEnum

from services.errors import InvalidRequest

MAX_SYSTEM_PROMPT = 8000
MOST_TOKENS = 32_768


class BattleMode(StrEnum):
    """Whether names are hidden, and how many answer."""

    BATTLE = "battle"
    """Two contenders nobody may know before the vote."""
    SIDE_BY_SIDE = "side_by_side"
    """Two contenders chosen and shown by name; a vote on it counts on no board."""
    DIRECT = "direct"
    """A chat with one contender, on side A; there is nothing to vote on."""

    @property
    def contenders(self) -> int:
        """How many answer."""
        return 1 if self is BattleMode.DIRECT else 2


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Settings in the place of the contender's own; None and "" leave those.

    Raises:
        InvalidRequest: one is outside its range: temperature 0 to 2, max_tokens 1 to 32,768, system_prompt up to 8,000
            characters.
    """

    temperature: float | None = None
    max_tokens: int | None = None
    system_prompt: str = ""

    def __post_init__(self) -> None:
        if self.temperature is not None and not 0 <= self.temperature <= 2:
            raise InvalidRequest("The temperature lies between 0 and 2.", where="parameters.temperature")
        if self.max_tokens is not None and not 1 <= self.max_tokens <= MOST_TOKENS:
            raise InvalidRequest(f"An answer has 1 to {MOST_TOKENS:,} tokens.", where="parameters.max_tokens")
        if len(self.system_prompt) > MAX_SYSTEM_PROMPT or "\0" in self.system_prompt:
            raise InvalidRequest(
                f"A system prompt is text of up to {MAX_SYSTEM_PROMPT:,} characters.",
                where="parameters.system_prompt",
            )

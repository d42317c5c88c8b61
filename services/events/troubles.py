"""What went wrong lately on our side, for who runs the arena."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class Trouble(BaseModel):
    """A request that ended with a 5xx: never with what was sent in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: str
    request_id: str
    method: str
    path: str
    code: str
    message: str


class Troubles(Protocol):
    """The newest of all processes; bounded in number and time."""

    def tell(self, trouble: Trouble) -> None:
        """Keep it if that is possible; never raises."""
        ...

    def recent(self) -> Sequence[Trouble]:
        """Newest first.

        Raises:
            Unavailable: they cannot be read.
        """
        ...

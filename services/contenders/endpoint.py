"""Endpoints of OpenAI-compatible APIs and the cap on concurrent requests to each."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where to send requests. `slot` names whose cap it shares: its base address unless told otherwise."""

    api_base: str
    api_key: str = field(default="", repr=False)
    slot: str = ""

    @property
    def slot_name(self) -> str:
        """The name under which concurrent requests are counted."""
        return self.slot or self.api_base


class EndpointSlots:
    """Counts requests in flight per endpoint, over all threads and contenders of this process.

    Contenders that share an endpoint share its cap; the smallest `parallel` among them holds.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._in_flight: dict[str, int] = {}
        self._caps: dict[str, int] = {}

    def allow(self, slot_name: str, parallel: int) -> None:
        """At most `parallel` requests at once."""
        with self._changed:
            self._caps[slot_name] = min(parallel, self._caps.get(slot_name, parallel))

    @contextmanager
    def taken(
        self, endpoints: Sequence[Endpoint], *, avoid: Collection[str], seconds: float
    ) -> Iterator[Endpoint | None]:
        """The least busy endpoint, held while the context lasts; None when none came free within `seconds`.

        Endpoints whose base is in `avoid` are taken only when there is no other.
        """
        wanted = [endpoint for endpoint in endpoints if endpoint.api_base not in avoid] or list(endpoints)
        with self._changed:
            self._changed.wait_for(lambda: any(map(self._free, wanted)), max(0.0, seconds))
            free = [endpoint for endpoint in wanted if self._free(endpoint)]
            chosen = min(free, key=lambda endpoint: self._in_flight.get(endpoint.slot_name, 0), default=None)
            self._count(chosen, 1)
        try:
            yield chosen
        finally:
            with self._changed:
                self._count(chosen, -1)
                self._changed.notify_all()

    def in_flight(self, slot_name: str) -> int:
        """How many requests are under way now."""
        with self._changed:
            return self._in_flight.get(slot_name, 0)

    def _free(self, endpoint: Endpoint) -> bool:
        name = endpoint.slot_name
        return name not in self._caps or self._in_flight.get(name, 0) < self._caps[name]

    def _count(self, endpoint: Endpoint | None, step: int) -> None:
        if endpoint is not None:
            self._in_flight[endpoint.slot_name] = self._in_flight.get(endpoint.slot_name, 0) + step

"""How a use case asks for the next stage; the Celery adapter lives in `services.worker`."""

from typing import Protocol

from services.domain.work import WorkItem


class TaskDispatcher(Protocol):
    """Tells a worker that a work row is waiting.

    Sending is a hint: the row is the truth, sending twice does no harm, and a lost message is sent again
    by the reaper.
    """

    def send(self, work: WorkItem) -> None:
        """Put a message on `work.kind.queue`.

        Raises:
            Unavailable: the broker cannot be reached.
        """
        ...

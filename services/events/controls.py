"""How whoever watches a running program reaches the worker that runs it."""

from contextlib import AbstractContextManager
from typing import Protocol

from sandboxes.runner import RunControl


class RunControls(Protocol):
    """Messages to runs, kept until they are forgotten: a run that is not in a sandbox yet, or is taken up again by
    another worker, gets all of them, in order."""

    def cancel(self, run_id: str) -> None:
        """Have the run end now, wherever it is.

        Raises:
            Unavailable: the message cannot be sent.
        """
        ...

    def send_input(self, run_id: str, data: bytes, *, close: bool) -> None:
        """Append to the input of an interactive run; with `close` that was the last of it.

        Raises:
            Conflict: the input was closed before.
            InvalidRequest: the run would have been sent more than it may be altogether.
            Unavailable: the message cannot be sent.
        """
        ...

    def attach(self, run_id: str, control: RunControl) -> AbstractContextManager[None]:
        """Inside the block, apply to `control` what was and what is sent. Never raises for a lost connection."""
        ...

    def forget(self, run_id: str) -> None:
        """The run has ended: drop its messages. Never raises for a lost connection."""
        ...

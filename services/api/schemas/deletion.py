"""Deleted data on the wire."""

from services.api.schemas.base import WireModel


class DeletedOut(WireModel):
    """What was deleted; `snapshots` are the numbers of those that can no longer be computed as they were published."""

    battles: int
    votes: int
    snapshots: tuple[int, ...]

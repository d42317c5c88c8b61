"""Exit 0 when the worker of this container answers a ping over the broker."""

import os
import socket
import sys

from celery import Celery


def main() -> int:
    """0 when a worker on this host answered within three seconds, else 1."""
    app = Celery(broker=os.environ["ARENA_REDIS_URL"], set_as_current=False)
    replies = app.control.inspect(timeout=3).ping() or {}
    return 0 if any(name.endswith(f"@{socket.gethostname()}") for name in replies) else 1


if __name__ == "__main__":
    sys.exit(main())

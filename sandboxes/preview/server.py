"""Runs a preview: in a loop of its own until told to stop, or beside code that knows no loops."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator

from sandboxes.preview.proxy import Preview

Listen = Callable[[Preview], Awaitable[object]]
_START_SECONDS = 20.0


async def run(preview: Preview, listen: Listen, stop: asyncio.Event) -> None:
    """Serve where `listen` says until `stop` is set, then let what has begun end for a while.

    `listen` is, say, `lambda preview: preview.serve_tcp("127.0.0.1", 8301)`.
    """
    try:
        await listen(preview)
        await stop.wait()
    finally:
        await preview.close()


@contextlib.contextmanager
def running(preview: Preview, listen: Listen) -> Iterator[object]:
    """A preview in a thread of its own for the length of the block; gives what `listen` returned.

    Raises:
        OSError: it cannot listen there.
    """
    ready = threading.Event()
    told: list[object] = []
    failed: list[BaseException] = []
    handle: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        handle.append((asyncio.get_running_loop(), stop))

        async def listening(served: Preview) -> None:
            told.append(await listen(served))
            ready.set()

        try:
            await run(preview, listening, stop)
        except OSError as error:
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="preview", daemon=True)
    thread.start()
    if not ready.wait(_START_SECONDS):
        raise TimeoutError("the preview did not begin to listen")
    if failed:
        thread.join()
        raise failed[0]
    try:
        yield told[0]
    finally:
        loop, stop = handle[0]
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)
        thread.join(_START_SECONDS)

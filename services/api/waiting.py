"""Waiting for a direct run to end, without a thread, and with a limit."""

import asyncio

from starlette.concurrency import run_in_threadpool

from services.container import Services
from services.domain.direct_run import DirectRun, RunState
from services.domain.run_events import EndedEvent
from services.errors import Unavailable

LOOK_SECONDS = 1.0


async def until_ended(services: Services, run: DirectRun, *, seconds: float) -> DirectRun:
    """The run when it has ended, or as it stands after so many seconds."""
    if run.state is RunState.ENDED:
        return run
    try:
        async with asyncio.timeout(seconds):
            return await _ended(services, run.id)
    except TimeoutError:
        return await run_in_threadpool(services.runs.get, run.id)


async def _ended(services: Services, run_id: str) -> DirectRun:
    """The log says when; the store, which is asked in every silence, is believed."""
    while True:
        following = services.follower.follow(run_id, idle_seconds=LOOK_SECONDS)
        try:
            async for logged in following:
                if logged is None or isinstance(logged.event, EndedEvent):
                    run = await run_in_threadpool(services.runs.get, run_id)
                    if run.state is RunState.ENDED:
                        return run
        except Unavailable:
            run = await run_in_threadpool(services.runs.get, run_id)
            if run.state is RunState.ENDED:
                return run
            # the log is away, so it cannot wake us; the store is asked at the pace of its silences
            await asyncio.sleep(LOOK_SECONDS)
        finally:
            close = getattr(following, "aclose", None)
            if close is not None:
                await close()

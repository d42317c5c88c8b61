"""Runs a program on a virtual display and serves the page that shows it: `serve.py FILE ARGUMENT...`.

The exit code is the program's. One that ends well after it has shown a window leaves its last frame, which is served
until whoever started this ends it; one that has shown none has failed.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))

import display

# the server starts while the rest is imported
if __name__ == "__main__":
    started = display.Display()

import asyncio
import signal

import page
import windows

HOST, PORT = "127.0.0.1", int(os.environ.get("PORT") or "8000")
WINDOW_SECONDS = float(os.environ.get("WINDOW_SECONDS") or "18")
# how long the page has to take what it is told before a program's failure ends it too
FAREWELL_SECONDS = 0.5


async def main(argv):
    """Run the program to its end; its exit code."""
    loop, shown = asyncio.get_running_loop(), asyncio.Event()
    seen = page.Page()
    await seen.serve(HOST, PORT)
    started.wait()
    program = await asyncio.create_subprocess_exec(sys.executable, "/opt/environment/program_on_display.py", *argv)
    watched = windows.Windows(lambda: loop.call_soon_threadsafe(shown.set))
    ending = asyncio.ensure_future(program.wait())
    showing = asyncio.ensure_future(shown.wait())
    await asyncio.wait({ending, showing}, timeout=WINDOW_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if not shown.is_set() and not ending.done():
        return _say(f"The program has not opened a window in {WINDOW_SECONDS:g} seconds.", 1)
    seen.ready = shown.is_set()
    code = await ending
    if not shown.is_set():
        return code or _say("The program ended without opening a window.", 1)
    watched.show_last()
    seen.end(code)
    await asyncio.sleep(FAREWELL_SECONDS)
    if code == 0:
        await asyncio.Event().wait()
    return code


def _say(text, code):
    print(text, file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    try:
        code = asyncio.run(main(sys.argv[1:]))
    except display.DisplayFailed as error:
        code = _say(f"The display did not start: {error}", 70)
    if code < 0:
        # the program was killed by a signal: so is this
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)

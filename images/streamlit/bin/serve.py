"""Serves a Streamlit script as `streamlit run FILE` would, after it has run once by itself.

Streamlit runs a script when somebody looks. Here it is run once before, so that one that fails ends as a failure, with
its traceback, and what it caches is there for the first visitor. The health page says that it is ready afterwards.
"""

import asyncio
import os
import sys
import traceback

import arena_application
import arena_program

# nobody is asked for anything, and visitors come through the preview under its names
OPTIONS = {
    "server_address": arena_application.HOST,
    "server_port": arena_application.PORT,
    "server_headless": True,
    "server_enableCORS": False,
    "server_enableXsrfProtection": False,
    "server_fileWatcherType": "none",
    "browser_gatherUsageStats": False,
    "client_toolbarMode": "viewer",
    "logger_enableRich": False,
    "logger_hideWelcomeMessage": True,
}
# a script that goes on for ever, as one that animates does, is taken to work after this time
FIRST_RUN_SECONDS = 3.0


def settle(*, common):
    """See `arena_application.settle`."""
    server = ("streamlit.web.bootstrap", "streamlit.web.server.starlette.starlette_server")
    arena_application.settle("streamlit", *server, "pandas", "pyarrow", "altair")


def run(argv):
    """Serve the script `argv[0]`; returns only when it cannot be."""
    if arena_application.is_shadowed():
        os.execv(sys.executable, ["python3", "/opt/environment/serve.py", *argv])
    sys.stdout.reconfigure(line_buffering=True)
    path = os.path.abspath(argv[0])
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
    except OSError as error:
        print(f"python3: can't open file '{path}': {error}", file=sys.stderr)
        return 2
    except (SyntaxError, ValueError) as error:
        traceback.print_exception(error.with_traceback(None))
        return 1
    from streamlit import error_util
    from streamlit.runtime.runtime import Runtime
    from streamlit.web import bootstrap

    ready = asyncio.Event()
    begin = bootstrap._on_server_start
    is_ready = Runtime.is_ready_for_browser_connection

    def begin_and_try(server):
        begin(server)
        # kept, or it may be collected while it runs
        server.first_run = asyncio.ensure_future(_try(server._runtime, ready))

    async def is_ready_after(runtime):
        return await is_ready.fget(runtime) if ready.is_set() else (False, "the script has not run yet")

    bootstrap._on_server_start = begin_and_try
    Runtime.is_ready_for_browser_connection = property(is_ready_after)
    error_util._log_uncaught_app_exception = _print_error
    bootstrap.load_config_options(OPTIONS)
    bootstrap.run(path, False, argv[1:], OPTIONS)
    return 0


async def _try(runtime, ready):
    try:
        good, _ = await asyncio.wait_for(runtime.does_script_run_without_error(), FIRST_RUN_SECONDS)
    except TimeoutError:
        good = True
    if not good:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
    ready.set()


def _print_error(error):
    """The traceback from the script's own first line on."""
    import streamlit

    inside, trace = os.path.dirname(streamlit.__file__), error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(inside):
        trace = trace.tb_next
    traceback.print_exception(error.with_traceback(trace or error.__traceback__))
    sys.stderr.flush()


prepare = arena_program.prepare

if __name__ == "__main__":
    os._exit(run(sys.argv[1:]))

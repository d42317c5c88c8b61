"""Lets what Uvicorn is asked to serve be served on our port, in this process, whatever port and reloading it wants."""

import importlib.util
import os
import sys

import arena_application
import uvicorn

OURS = {
    "host": arena_application.HOST,
    "port": arena_application.PORT,
    "uds": None,
    "fd": None,
    "reload": False,
    "workers": 1,
    "ssl_keyfile": None,
    "ssl_certfile": None,
    # whoever asks comes through the preview, under its names
    "proxy_headers": False,
    "server_header": False,
}


def patch_run():
    """Let `uvicorn.run` serve on our port."""
    run = uvicorn.run

    def run_here(app, **options):
        return run(_application(app), **{**options, **OURS})

    uvicorn.run = uvicorn.main.run = run_here


def patch_config():
    """Let every server that Uvicorn makes serve on our port, those of `uvicorn.run` too."""
    begin = uvicorn.Config.__init__

    def begin_here(self, app, *arguments, **options):
        names = begin.__code__.co_varnames[2 : 2 + len(arguments)]
        begin(self, _application(app), **{**dict(zip(names, arguments, strict=True)), **options, **OURS})

    uvicorn.Config.__init__ = begin_here


def _application(app):
    """The application that `module:name` means, where that is the very file that runs; it is not run a second time."""
    if not isinstance(app, str) or ":" not in app:
        return app
    module, _, path = app.partition(":")
    if module in sys.modules or _is_another_file(module):
        return app
    found = sys.modules["__main__"]
    for name in path.split("."):
        found = getattr(found, name, None)
    return app if found is None else found


def _is_another_file(module):
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    # a name that leads nowhere was meant for this file, which bears another here
    return spec is not None and os.path.abspath(spec.origin or "") != sys.modules["__main__"].__file__

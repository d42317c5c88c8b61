"""Runs a Gradio application as `python3 FILE` would, and launches what its file only defines; on our port."""

import inspect
import os
import sys

import arena_application
import arena_program

# read while it is imported, some of it
SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_TEMP_DIR": "/sandbox/.cache/gradio",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
OURS = {
    "share": False,
    "inbrowser": False,
    "server_name": arena_application.HOST,
    "ssl_keyfile": None,
    "ssl_certfile": None,
    "root_path": None,
    "ssr_mode": False,
    "num_workers": None,
}
_launched = []


def patch():
    """Let the first launch listen on our port, a later one on a free port; none is shared."""
    import arena_uvicorn
    from gradio.blocks import Blocks

    arena_uvicorn.patch_run()
    launch, signature = Blocks.launch, inspect.signature(Blocks.launch)

    def launch_here(self, *arguments, **options):
        asked = signature.bind(self, *arguments, **options)
        asked.arguments.update(OURS, server_port=None if _launched else arena_application.PORT)
        _launched.append(self)
        return launch(*asked.args, **asked.kwargs)

    Blocks.launch = launch_here


def start(names):
    """Launch what the file has defined; stay while something that it launched is there."""
    from gradio.blocks import Blocks

    if _launched:
        _launched[0].block_thread()
        return
    found = arena_application.first(names, ("demo", "app", "iface", "interface"), Blocks)
    if found is not None and not arena_application.served():
        found.launch()


def settle(*, common):
    """See `arena_application.settle`."""
    os.environ.update(SETTINGS)
    arena_application.settle("gradio", "arena_uvicorn")


def run(argv):
    """Run the file `argv[0]`; the exit code."""
    if arena_application.is_shadowed():
        os.execv(sys.executable, ["python3", "/opt/environment/serve.py", *argv])
    os.environ.update(SETTINGS)
    return arena_application.run(argv, patch=patch, start=start, wanted="launching or defining a Gradio app")


prepare = arena_program.prepare

if __name__ == "__main__":
    os._exit(run(sys.argv[1:]))

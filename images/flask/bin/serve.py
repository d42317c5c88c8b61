"""Runs a Flask application as `python3 FILE` would, or as `flask run` if its file only defines it; on our port."""

import os
import pathlib
import sys

import arena_application


def patch():
    """Let Werkzeug's server listen on our port, in this process; a debugger stays, a reloader does not."""
    import werkzeug.serving

    serve = werkzeug.serving.run_simple

    def serve_here(hostname, port, application, **options):
        ours = {"use_reloader": False, "threaded": True, "processes": 1, "ssl_context": None}
        return serve(arena_application.HOST, arena_application.PORT, application, **{**options, **ours})

    werkzeug.serving.run_simple = serve_here
    if any(b"flask_socketio" in path.read_bytes() for path in pathlib.Path().rglob("*.py")):
        _let_sockets_run()


def start(names):
    """Start the application that `flask run` would find, or the one that a factory makes."""
    if arena_application.served():
        return
    from flask import cli

    try:
        application = cli.find_best_app(sys.modules["__main__"])
    except cli.NoAppException as error:
        print(error, file=sys.stderr)
        return
    application.run()


def _let_sockets_run():
    import flask_socketio

    run = flask_socketio.SocketIO.run

    def run_here(self, app, host=None, port=None, **options):
        # Werkzeug is what there is; it refuses where no terminal is attached
        return run(self, app, host, port, **{**options, "allow_unsafe_werkzeug": True, "use_reloader": False})

    flask_socketio.SocketIO.run = run_here


if __name__ == "__main__":
    os._exit(arena_application.run(sys.argv[1:], patch=patch, start=start, wanted="running or defining a Flask app"))

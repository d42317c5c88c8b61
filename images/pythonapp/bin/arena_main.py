"""Runs a Python file as `python3 FILE ARGUMENT...` would, with something to do before and after it."""

import os
import sys
import threading

FONTS = "/opt/fonts"


def run(argv, *, before=lambda: None, after=lambda names: None):
    """Run the file `argv[0]`; the exit code, all output flushed.

    `before()` is called when the file has compiled, `after(names)` with its names when it has come to its end, before
    its threads are waited for. What either raises ends the program as if its file had raised it.
    """
    sys.argv, sys.orig_argv = list(argv), ["python3", *argv]
    # a program that goes on is listened to while it does
    sys.stdout.reconfigure(line_buffering=True)
    sys.path[0] = os.path.dirname(os.path.abspath(argv[0]))
    code = _guarded(argv[0], _main_module(argv[0]), before, after)
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _guarded(path, main, before, after):
    try:
        # what does not compile need not wait for what `before` imports
        code = _compiled(path, main.__file__)
        _lay_out_fonts()
        before()
        exec(code, main.__dict__)
        after(main.__dict__)
        _join_threads()
    except SystemExit as end:
        return _exit_code(end)
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0


def _compiled(path, name):
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        raise SystemExit(f"python3: can't open file '{name}': {error}") from None
    return compile(source, name, "exec", dont_inherit=True)


def _main_module(path):
    main = type(sys)("__main__")
    main.__dict__.update(__file__=os.path.abspath(path), __builtins__=sys.modules["builtins"], __cached__=None)
    sys.modules["__main__"] = main
    return main


def _join_threads():
    """The interpreter would wait for threads that are no daemons."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _exit_code(end):
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    print(end.code, file=sys.stderr)
    return 1


def _lay_out_fonts():
    """Matplotlib wants a folder it may write to; there it finds the list of fonts that the image has made."""
    folder = os.environ.get("MPLCONFIGDIR", "")
    if folder.startswith("/tmp/") and not os.path.exists(folder):
        os.mkdir(folder)
        for name in os.listdir(FONTS):
            os.symlink(f"{FONTS}/{name}", f"{folder}/{name}")

"""Runs a Python program as `python3 FILE ARGUMENT...` would, and keeps what it shows.

Used in two ways, both through `program.py`: executed, with the file and its arguments, or loaded once by a warm agent,
which calls `settle`, then forks a child for every program and calls `prepare` and `run` there.

Beside what plain Python does, the value of a last expression and the figures a program shows go to files in `.display`.
"""

# an interpreter of the program's own pays for what is loaded here, so nothing is that it does not have anyway
import _ast
import _frozen_importlib_external
import _signal as signal
import atexit
import gc
import io
import os
import sys

HERE = "/opt/environment"
INTERPRETER = "/usr/bin/python3"
# loaded beforehand; a program with a file of one of these names gets an interpreter of its own
COMMON = """
abc argparse array base64 bisect calendar collections concurrent.futures contextlib copy csv ctypes dataclasses datetime
decimal enum fractions functools hashlib heapq inspect io itertools json linecache locale logging math multiprocessing
numbers operator os pathlib pickle platform pprint queue random re secrets select shutil signal socket statistics string
struct subprocess tempfile textwrap threading time timeit tokenize traceback types typing unicodedata urllib.parse uuid
warnings weakref zoneinfo
"""


def settle(*, common: bool) -> None:
    """In the process that children are forked from: forget the agent, note what a plain interpreter would not know.

    With `common`, what most programs import is loaded first, which pays where many children follow.
    """
    if common:
        _load_common()
    for name in [name for name in sys.modules if name.partition(".")[0] in {"sandboxes", "runarena_preload"}]:
        del sys.modules[name]
    _EXTRA.update(name for name in sys.modules if name not in _AT_START)


def prepare() -> None:
    """In the child, when its streams are in place: all that does not depend on the program."""
    sys.path_importer_cache.clear()
    _fresh_streams()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_IGN)
    if "random" in sys.modules:
        sys.modules["random"].seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(int.from_bytes(os.urandom(4), "little"))


def run(argv: list[str]) -> int:
    """Run the program `argv[0]` with the other words as its arguments; the exit code, all output flushed."""
    if _needs_own_interpreter():
        os.execv(INTERPRETER, ["python3", f"{HERE}/program.py", *argv])
    sys.argv, sys.orig_argv = list(argv), ["python3", *argv]
    sys.path[0] = os.path.dirname(os.path.abspath(argv[0]))
    sys.meta_path.insert(0, sys.modules["arena_display"].Hooks())
    main = _main_module(argv[0])
    code = _execute(argv[0], main)
    return _finish(code, main)


def _needs_own_interpreter() -> bool:
    """Whether this process knows more modules than the program may want, or other settings."""
    if not _EXTRA:
        return False
    if any(name.startswith("PYTHON") and name != "PYTHONDONTWRITEBYTECODE" for name in os.environ):
        return True
    names = (entry.name.removesuffix(".py") for entry in os.scandir(".") if not entry.name.startswith("."))
    return any(name in _EXTRA for name in names)


def _fresh_streams() -> None:
    """Standard streams on our own descriptors, with the encodings the interpreter chose when it began."""
    for name, fd, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        old = getattr(sys, f"__{name}__")
        raw = io.FileIO(fd, mode, closefd=False)
        raw.name = f"<{name}>"
        buffer = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
        stream = io.TextIOWrapper(buffer, encoding=old.encoding, errors=old.errors, line_buffering=name == "stderr")
        stream.mode = mode
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _main_module(path: str) -> object:
    main = type(sys)("__main__")
    main.__dict__.update(__file__=os.path.abspath(path), __builtins__=sys.modules["builtins"], __cached__=None)
    main.__dict__.pop("__loader__", None)
    main.__loader__ = _frozen_importlib_external.SourceFileLoader("__main__", main.__file__)
    sys.modules["__main__"] = main
    return main


def _execute(path: str, main: object) -> int:
    try:
        _interpret(path, main)
    except SystemExit as end:
        return _exit_code(end)
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        try:
            sys.excepthook(type(error), error.with_traceback(trace), trace)
        except BaseException:
            sys.__excepthook__(type(error), error, trace)
        if isinstance(error, KeyboardInterrupt):
            return -signal.SIGINT
        return 1
    return 0


def _interpret(path: str, main: object) -> None:
    """Execute the file; a last statement that is an expression is evaluated by itself, and its value kept."""
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        raise SystemExit(f"python3: can't open file '{os.path.abspath(path)}': {error}") from None
    name = main.__file__
    tree = compile(source, name, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], _ast.Expr) else None
    if last is not None and (not tree.body and isinstance(last.value, _ast.Constant)):
        # a lone string is the docstring
        tree.body.append(last)
        last = None
    code = compile(tree, name, "exec", dont_inherit=True)
    exec(code, main.__dict__)
    if last is not None:
        futures = code.co_flags & _future_flags() if b"__future__" in source else 0
        value = eval(compile(_ast.Expression(last.value), name, "eval", futures, True), main.__dict__)
        if value is not None:
            sys.modules["arena_display"].keep_value(value)


def _future_flags() -> int:
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


def _exit_code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    print(end.code, file=sys.stderr)
    return 1


def _finish(code: int, main: object) -> int:
    """What an interpreter does at its end: wait for threads, exit functions, the program's objects, the streams."""
    try:
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    atexit._run_exitfuncs()
    flushed = _flush()
    main.__dict__.clear()
    gc.collect()
    flushed = _flush() and flushed
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code if flushed or code else 120


def _flush() -> bool:
    good = True
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name, None)
        try:
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
        except BaseException:
            good = name == "stderr" and good
    return good


def _load_common() -> None:
    """Import what most programs import. A fork takes no threads along, so the numeric library gets none of its own."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in [*COMMON.split(), "numpy", "numpy.linalg", "numpy.random"]:
        __import__(name)


_AT_START = frozenset(sys.modules)
# modules that were loaded beforehand; empty in an interpreter of the program's own
_EXTRA: set[str] = set()
__import__("arena_display")

"""`arena serve`, `arena worker`, `arena beat`, `arena preview`, `arena doctor`, `arena config show`."""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Annotated

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(worker)
    app.command()(beat)
    app.command()(preview)
    app.command()(doctor)
    config = typer.Typer(help="Settings.", no_args_is_help=True)
    config.command("show")(show_config)
    app.add_typer(config, name="config")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; default ARENA_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port; default ARENA_PORT.")] = -1,
    workers: Annotated[int, typer.Option(help="0 when workers run elsewhere, else 1.")] = 1,
) -> None:
    """Web, API and the preview of running apps, with an embedded worker, in one command."""
    import uvicorn

    from sandboxes.preview.server import running
    from services.entrypoints.asgi import make_asgi
    from services.entrypoints.bootstrap import Assembly
    from services.entrypoints.preview import make_preview
    from services.entrypoints.supervisor import Supervisor
    from services.entrypoints.worker import run_reaper, run_sandbox_reaper, run_snapshots
    from services.settings import load_settings

    settings = load_settings()
    assembly = Assembly(settings)
    asgi = make_asgi(assembly)
    stop = threading.Event()
    with ExitStack() as stack:
        stack.callback(stop.set)
        if workers:
            stack.enter_context(Supervisor(settings=settings))
            where = settings.preview_host, settings.preview_port
            with listening(*where):
                stack.enter_context(running(make_preview(settings), lambda found: found.serve_tcp(*where)))
            for routine in (run_reaper, run_sandbox_reaper, run_snapshots):
                threading.Thread(target=routine, args=(assembly, stop), daemon=True).start()
        uvicorn.run(
            asgi,
            host=host or settings.host,
            port=settings.port if port < 0 else port,
            log_level=settings.log_level if settings.log_level == "debug" else "info",
            timeout_graceful_shutdown=5,
            # ARENA_TRUSTED_PROXIES says whose word counts
            proxy_headers=False,
        )


def worker(
    queues: Annotated[str, typer.Option(help="Comma-separated queues.")] = "generation,execution,judgement,rating",
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Pieces of work at once.")] = 2,
    *,
    follow_parent: Annotated[bool, typer.Option("--follow-parent", hidden=True)] = False,
) -> None:
    """A Celery worker."""
    from services.entrypoints.worker import run_worker
    from services.errors import InvalidRequest
    from services.settings import load_settings
    from services.worker.app import QUEUES

    names = [name.strip() for name in queues.split(",") if name.strip()]
    unknown = sorted(set(names) - set(QUEUES))
    if unknown or not names:
        raise InvalidRequest(
            f"Unknown queue: {', '.join(unknown) or '(none)'}.", hint=f"There are: {', '.join(QUEUES)}."
        )
    run_worker(load_settings(), names, concurrency=concurrency, follow_parent=follow_parent)


def beat() -> None:
    """What happens by the clock: lost work is taken back and sent again, boards that have changed are published."""
    from services.entrypoints.bootstrap import Assembly
    from services.entrypoints.worker import run_reaper, run_snapshots
    from services.settings import load_settings

    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    assembly = Assembly(load_settings())
    threading.Thread(target=run_snapshots, args=(assembly, stop), daemon=True).start()
    run_reaper(assembly, stop)


def preview() -> None:
    """The preview service by itself: running apps of the workers on this machine, each at an origin of its own."""
    from services.entrypoints.preview import run_preview
    from services.settings import load_settings

    settings = load_settings()
    with listening(settings.preview_host, settings.preview_port):
        run_preview(settings)


@contextmanager
def listening(host: str, port: int) -> Iterator[None]:
    """Say plainly where we cannot listen."""
    from services.errors import PrerequisiteError

    try:
        yield
    except OSError as error:
        raise PrerequisiteError(
            f"The preview cannot listen on {host}:{port}: {error.strerror or error}.",
            hint="Set ARENA_PREVIEW_PORT, and the same port in ARENA_PREVIEW_ORIGIN.",
        ) from error


def doctor(*, json: JsonFlag = False) -> None:
    """What is missing, and the command that mends it."""
    from services.cli.output import print_json, results
    from services.entrypoints.checkup import examine
    from services.settings import load_settings

    checks = examine(load_settings())
    if json:
        print_json("doctor", checks)
    else:
        console = results()
        for check in checks:
            mark = "[green]ok     [/]" if check.ok else "[red]missing[/]"
            console.print(f"{mark} {check.name:10} {check.detail}", markup=True)
            if not check.ok:
                console.print(f"        mend it: {check.mend}", markup=False)
    if not all(check.ok for check in checks):
        raise typer.Exit(3)


def show_config(*, json: JsonFlag = False) -> None:
    """Every setting, its value and what it is for."""
    from services.cli.output import print_json, results
    from services.settings import Settings, load_settings

    settings = load_settings()
    rows = {f"ARENA_{name.upper()}": str(getattr(settings, name)) for name in Settings.model_fields}
    if json:
        print_json("config", rows)
        return
    for (name, value), field in zip(rows.items(), Settings.model_fields.values(), strict=True):
        results().print(f"{name}={value}\n    {field.description}", markup=False)

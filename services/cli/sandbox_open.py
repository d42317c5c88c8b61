"""`arena sandbox open`: a program with a face, to be tried in a browser or photographed."""

import json as json_module
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.program_files import program_files

if TYPE_CHECKING:
    from sandboxes.runner import Session
    from sandboxes.screenshots import Shots
    from services.entrypoints.bootstrap import Assembly


def open_app(
    file: Annotated[str, typer.Argument(help="The program: a file, a folder, or - for stdin.")],
    *,
    environment: Annotated[str, typer.Option(help="Environment; default by the file's extension.")] = "",
    entry: Annotated[str, typer.Option(help="File of the folder to open; default the environment's.")] = "",
    pictures: Annotated[Path | None, typer.Option(help="Take pictures into this folder, and end.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Open a page, an application or a drawing in a sandbox, at an address of its own until Ctrl-C.

    With --pictures a headless browser looks at it instead. Exit code 1 when it does not come up.
    """
    from services.cli.output import print_json
    from services.cli.sandbox_report import as_document, print_output, print_summary
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    assembly = Assembly(load_settings())
    session = _opened(assembly, program_files(file), environment, entry)
    if session.result is not None:
        document = as_document(session.result)
        if json:
            print_json("execution", document)
        else:
            print_output(document)
            print_summary(document)
        raise typer.Exit(1)
    if pictures is None:
        _hold(assembly, session)
        return
    shots = _looked_at(assembly, session)
    document = {**as_document(session.close()), "appearance": _saved(shots, pictures)}
    if json:
        print_json("execution", document)
    else:
        print_summary(document)
        _tell(shots, pictures)


def _opened(assembly: "Assembly", files: dict[str, bytes], environment: str, entry: str) -> "Session":
    from sandboxes.spec import RunRequest
    from services.cli.choice import choose

    known = [(found.name, found.extensions, found.entry) for found in assembly.registry.all() if found.serve]
    wanted = environment or assembly.environment_for(files)
    name, entry = choose(files, known, environment=wanted, entry=entry)
    request = RunRequest(
        key=assembly.ids.new(),
        environment=name,
        files=files,
        entry=entry,
        dependencies=assembly.dependencies_of(name, files),
    )
    return assembly.runner.open(request)


def _hold(assembly: "Assembly", session: "Session") -> None:
    """Serve it on a free port until it ends or somebody has seen enough."""
    from sandboxes.preview.server import running
    from services.cli.output import progress, results
    from services.entrypoints.local_copies import put_there
    from services.entrypoints.preview import make_preview, preview_settings

    put_there(assembly.registry, assembly.settings.sandbox_folder)
    domain = preview_settings(assembly.settings).domain
    with running(make_preview(assembly.settings), lambda found: found.serve_tcp("127.0.0.1", 0)) as port:
        results().print(f"http://{session.token}.{domain}:{port}/", markup=False)
        progress().print("Ctrl-C ends it.", markup=False)
        try:
            while session.wait(1.0) is None:
                continue
        except KeyboardInterrupt:
            session.close()
    ended = session.result
    if ended is not None:
        progress().print(f"[{ended.outcome.value}] {ended.message}", markup=False)


def _looked_at(assembly: "Assembly", session: "Session") -> "Shots":
    from services.errors import InvalidRequest

    face = assembly.registry.get(session.report().environment).face
    if face is None:
        session.close()
        raise InvalidRequest("There is nothing to photograph here.")
    return assembly.cameras.look(session, face)


def _saved(shots: "Shots", folder: Path) -> dict[str, Any]:
    """Write each picture as a file; what was seen."""
    from services.arena.showing import facts_of

    folder.mkdir(parents=True, exist_ok=True)
    for picture in shots.pictures:
        (folder / f"{picture.name}.png").write_bytes(picture.png)
    facts = asdict(facts_of(shots.report))
    (folder / "report.json").write_text(json_module.dumps(facts, indent=2) + "\n")
    return {"pictures": [picture.name for picture in shots.pictures], "facts": facts}


def _tell(shots: "Shots", folder: Path) -> None:
    from services.cli.output import progress

    note = progress()
    for picture in shots.pictures:
        note.print(f"  {folder / picture.name}.png  {picture.width} x {picture.height}", markup=False)
    for line in shots.report.console[:20]:
        note.print(f"  console {line.type}: {line.text}", markup=False)
    for error in shots.report.page_errors[:20]:
        note.print(f"  error: {error}", markup=False)

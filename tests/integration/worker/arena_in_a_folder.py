"""A whole arena in a temporary folder: recorded contenders, embedded Redis, real workers, real sandboxes."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from sandboxes.slots import Slots
from services.domain.battle import Battle
from services.domain.side import Side
from services.domain.visibility import BattleView, Viewer
from services.domain.work import WorkItem, WorkKind, WorkState
from services.entrypoints.bootstrap import Assembly
from services.entrypoints.supervisor import Supervisor
from services.entrypoints.worker import run_reaper
from services.settings import Settings

PROMPT = "Wait, then print."


def write_recordings(folder: Path, programs: dict[str, str]) -> Path:
    """models.yaml and answers.jsonl for contenders that answer PROMPT with these texts."""
    answers = folder / "answers.jsonl"
    rows = [{"prompt": PROMPT, "model": name, "answer": text} for name, text in programs.items()]
    answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
    models = folder / "models.yaml"
    entries = {name: {"model": name, "api_type": "recorded", "answers": str(answers)} for name in programs}
    models.write_text(json.dumps(entries))
    return models


@contextmanager
def arena(settings: Settings) -> Iterator[tuple[Assembly, Supervisor]]:
    """The assembled application with its embedded workers and reaper."""
    assembly, stop = Assembly(settings), threading.Event()
    with Supervisor(settings=settings) as supervisor:
        reaper = threading.Thread(target=run_reaper, args=(assembly, stop), daemon=True)
        reaper.start()
        try:
            yield assembly, supervisor
        finally:
            stop.set()
            reaper.join(timeout=10)


def play(assembly: Assembly, names: tuple[str, str]) -> Battle:
    """Start a battle that only the execution judge judges."""
    return assembly.services.battles.create(PROMPT, contenders=names, judges=("execution",))


def execution_work(assembly: Assembly, battle: Battle) -> list[WorkItem]:
    """The execution rows of the battle."""
    with assembly.store() as uow:
        return [work for work in uow.work.of_topic(battle.id) if work.kind is WorkKind.EXECUTE]


def both_running(assembly: Assembly, battle: Battle) -> list[WorkItem] | None:
    """Both execution rows, once both are leased and two sandboxes of ours run a program."""
    rows = execution_work(assembly, battle)
    running = [row for row in rows if row.state is WorkState.RUNNING]
    return rows if len(running) == 2 and len(runs_noted(assembly)) == 2 else None


def runs_noted(assembly: Assembly) -> list[Path]:
    """The notes of the runs that are in a sandbox now."""
    return list((assembly.data_dir / "sandboxes/runs").glob("*"))


def sandboxes(client: docker.DockerClient, assembly: Assembly) -> list[str]:
    """Ids of containers that belong to this arena, in any state."""
    scope = Slots(assembly.data_dir / "sandboxes/slots", 1, patience_seconds=0).scope
    found = client.containers.list(all=True, ignore_removed=True, filters={"label": f"runarena.scope={scope}"})
    return [container.id for container in found]


def finished(assembly: Assembly, battle: Battle) -> BattleView | None:
    """The battle when nothing is in flight any more."""
    view = assembly.services.battles.view(battle.id, Viewer.OPERATOR)
    return view if view.state.terminal else None


def outputs(view: BattleView) -> dict[Side, str]:
    """stdout of each side's execution."""
    return {side: part.execution.stdout.preview for side, part in view.sides.items() if part.execution}


def children_of(pid: int) -> list[int]:
    """Direct children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.name))
    return found


def alive(pid: int) -> bool:
    """Whether the process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def programs_running(marker: str) -> list[int]:
    """Processes of this machine, sandboxes included, whose command line holds `marker`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in command:
                found.append(int(entry.name))
    return found

"""`arena battle run`: play battles and watch them."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_JUDGES = ("execution", "llm")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Battles.", no_args_is_help=True)
    group.command("run")(run)
    group.command("show")(show)
    app.add_typer(group, name="battle")


def run(
    prompt: Annotated[list[str], typer.Option(help="What to build: TEXT or @FILE. Once per battle.")],
    contenders: Annotated[str, typer.Option(help="Two names, comma-separated; default: drawn.")] = "",
    judge: Annotated[list[str] | None, typer.Option(help="Judge; may be given more than once.")] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that one battle may take.")] = 300.0,
    workers: Annotated[int, typer.Option(help="0 when workers run elsewhere, else 1.")] = 1,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Play a battle per prompt, with live progress on stderr, then show what happened and the standings."""
    import threading

    from services.cli.battle_live import LiveBattle, follow
    from services.cli.battle_report import print_battle
    from services.cli.board import print_boards
    from services.cli.output import print_json, progress
    from services.domain.battle import BattleState
    from services.domain.judgement import Source
    from services.domain.visibility import Viewer
    from services.entrypoints.bootstrap import Assembly
    from services.entrypoints.supervisor import Supervisor
    from services.entrypoints.worker import run_reaper, run_sandbox_reaper
    from services.settings import load_settings

    settings = load_settings()
    prompts = [_text(item) for item in prompt]
    pair = _pair(contenders)
    assembly = Assembly(settings)
    assembly.registry_keeper.catch_up()
    services = assembly.services
    judges = tuple(judge) if judge else tuple(name for name in DEFAULT_JUDGES if name in services.judges)
    console, views = progress(), []
    with ExitStack() as stack:
        stop = threading.Event()
        stack.callback(stop.set)
        if workers:
            stack.enter_context(Supervisor(settings=settings))
            for reaper in (run_reaper, run_sandbox_reaper):
                threading.Thread(target=reaper, args=(assembly, stop), daemon=True).start()
        for number, text in enumerate(prompts, start=1):
            battle = services.battles.create(text, contenders=pair, judges=judges)
            live = LiveBattle(console, title=f"Battle {number} of {len(prompts)}", prompt=text)
            follow(services, battle.id, live, timeout_seconds=timeout)
            view = services.battles.view(battle.id, Viewer.OPERATOR)
            views.append(view)
            if not json:
                print_battle(view)
    with assembly.store() as uow:
        boards = [board for source in Source if (board := uow.boards.find(source))]
    if json:
        print_json("battles", {"battles": views, "boards": boards})
    else:
        print_boards(boards)
    if any(view.state is BattleState.VOID for view in views):
        raise typer.Exit(1)


def show(
    battle_id: Annotated[str, typer.Argument(help="Id of the battle.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """A battle as it stands."""
    from services.cli.battle_report import print_battle
    from services.cli.output import print_json
    from services.domain.visibility import Viewer
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    view = Assembly(load_settings()).services.battles.view(battle_id, Viewer.OPERATOR)
    if json:
        print_json("battle", view)
    else:
        print_battle(view)


def _text(item: str) -> str:
    from services.domain.prompt import check_prompt
    from services.errors import InvalidRequest

    if not item.startswith("@"):
        return check_prompt(item)
    try:
        return check_prompt(Path(item[1:]).read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRequest(f"Cannot read {item[1:]}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidRequest(f"{item[1:]} is not UTF-8 text.") from None


def _pair(contenders: str) -> tuple[str, str] | None:
    from services.errors import InvalidRequest

    if not contenders:
        return None
    names = [name.strip() for name in contenders.split(",") if name.strip()]
    if len(names) != 2:
        raise InvalidRequest("A battle needs exactly two contenders.", hint="--contenders first,second")
    return names[0], names[1]

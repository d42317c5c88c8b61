"""`arena images`: the environments programs run in."""

from typing import Annotated

import typer

Names = Annotated[list[str] | None, typer.Argument(help="Environments; default all.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Sandbox images.", no_args_is_help=True)
    group.command("list")(show)
    group.command("build")(build)
    group.command("check")(check)
    app.add_typer(group, name="images")


def show() -> None:
    """Every environment and whether its image is built."""
    from sandboxes import recipes
    from services.cli.output import results
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    registry = Assembly(load_settings()).registry
    missing = set(recipes.missing(recipes.connect(), registry))
    for environment in registry.with_tools():
        state = "not built" if environment.name in missing else "built"
        results().print(f"{environment.name:14} {environment.title:24} {state}", markup=False)


def build(names: Names = None) -> None:
    """Build the images that are missing or whose recipe has changed."""
    from sandboxes import recipes
    from services.cli.output import progress, results
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    registry = Assembly(load_settings()).registry
    console = progress()
    for image in recipes.build(None, registry, names or (), lambda line: console.print(line, markup=False)):
        state = "was there" if image.cached else f"built in {image.seconds:.1f} s"
        results().print(f"{image.name:14} {image.tag:32} {state}", markup=False)


def check(names: Names = None) -> None:
    """Run each environment's smoke programs and compare how they end, what they print and how they look."""
    from sandboxes.smoke import check_environment
    from services.cli.output import results
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    assembly, failed = Assembly(load_settings()), 0
    runner, camera = assembly.runner, assembly.cameras
    for name in names or [environment.name for environment in assembly.registry.with_tools()]:
        environment, prefix = assembly.registry.get(name), assembly.ids.new()
        for checked in check_environment(runner, environment, prefix=prefix, camera=camera):
            failed += not checked.passed
            verdict = "ok" if checked.passed else "FAILED"
            results().print(f"{verdict:8} {name:14} {checked.name:12} {checked.detail}", markup=False)
    if failed:
        raise typer.Exit(1)

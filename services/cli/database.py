"""`arena db`: the schema of the store."""

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The database schema.", no_args_is_help=True)
    group.command("upgrade")(upgrade)
    group.command("revision")(revision)
    group.command("check")(check)
    app.add_typer(group, name="db")


def upgrade() -> None:
    """Bring the schema to the newest revision; safe to run at any time, from several machines."""
    from services.settings import load_settings
    from services.store import schema

    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    schema.upgrade(settings.sqlalchemy_url)
    typer.echo(schema.current(settings.sqlalchemy_url))


def revision() -> None:
    """The revision that the database has."""
    from services.settings import load_settings
    from services.store import schema

    typer.echo(schema.current(load_settings().sqlalchemy_url) or "(empty)")


def check() -> None:
    """Exit 0 when the schema is the newest, 3 when `arena db upgrade` is needed."""
    from services.errors import PrerequisiteError
    from services.settings import load_settings
    from services.store import schema

    if not schema.check(load_settings().sqlalchemy_url):
        raise PrerequisiteError("The database schema is not the newest.", hint="arena db upgrade")
    typer.echo(f"at {schema.head()}")

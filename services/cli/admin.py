"""`arena admin`: the first admin, sign-in links, accounts and API tokens."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.domain.account import Role

if TYPE_CHECKING:
    from services.arena.accounts import Accounts, Issued
    from services.settings import Settings

NameArgument = Annotated[str, typer.Argument(help="Name of the account.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
BY = "command line"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Accounts, sign-in links and API tokens.", no_args_is_help=True)
    group.command("create")(create)
    group.command("link")(link)
    group.command("list")(list_accounts)
    group.command("close")(close)
    tokens = typer.Typer(help="API tokens.", no_args_is_help=True)
    tokens.command("create")(create_token)
    tokens.command("list")(list_tokens)
    tokens.command("revoke")(revoke_token)
    group.add_typer(tokens, name="token")
    app.add_typer(group, name="admin")


def create(
    name: NameArgument,
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.ADMIN,
    *,
    json: JsonFlag = False,
) -> None:
    """Make an account, an admin's unless said otherwise, and a link that signs it in once."""
    settings, accounts = _opened()
    account = accounts.create(name, role, by=BY)
    _tell_link(settings, accounts.link(account.name, by=BY), json=json, said=f"The {role} {name} is made.")


def link(name: NameArgument, *, json: JsonFlag = False) -> None:
    """Make a link that signs the account in on the page, once, within 15 minutes."""
    settings, accounts = _opened()
    _tell_link(settings, accounts.link(name, by=BY), json=json)


def list_accounts(*, json: JsonFlag = False) -> None:
    """Every account."""
    from services.cli.output import print_json, results

    found, _ = _opened()[1].all()
    if json:
        print_json("accounts", list(found))
        return
    for account in found:
        state = f"closed {account.closed_at:%Y-%m-%d}" if account.closed_at else "open"
        results().print(f"{account.name}  {account.role}  {state}", markup=False)


def close(name: NameArgument) -> None:
    """Close an account for good; its tokens and sessions end at once."""
    _opened()[1].close(name, by=BY)
    typer.echo(f"The account {name} is closed.", err=True)


def create_token(
    account: NameArgument,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int | None, typer.Option(help="Days that it is good for; default until it is revoked.")] = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Make a token for an account; it is shown now and never again."""
    from services.cli.output import print_json, results

    issued = _opened()[1].issue(account, name, by=BY, days=days)
    if json:
        print_json("token", {"id": issued.credential.id, "name": issued.credential.name, "token": issued.secret})
        return
    results().print(issued.secret, markup=False)
    typer.echo(f"Its id is {issued.credential.id}. It is not shown again.", err=True)


def list_tokens(*, json: JsonFlag = False) -> None:
    """Every token: whose, what for, when last used, until when; never the secret."""
    from services.cli.output import print_json, results

    accounts, tokens = _opened()[1].all()
    names = {account.id: account.name for account in accounts}
    rows = [
        {
            "id": token.id,
            "account": names[token.account_id],
            "name": token.name,
            "created_at": token.created_at,
            "last_used_at": token.last_used_at,
            "expires_at": token.expires_at,
            "revoked_at": token.revoked_at,
        }
        for token in tokens
    ]
    if json:
        print_json("tokens", rows)
        return
    for row in rows:
        used = f"last used {row['last_used_at']:%Y-%m-%d}" if row["last_used_at"] else "never used"
        end = f"revoked {row['revoked_at']:%Y-%m-%d}" if row["revoked_at"] else _until(row["expires_at"])
        results().print(f"{row['id']}  {row['account']}  {row['name']}  {used}  {end}", markup=False)


def revoke_token(token_id: Annotated[str, typer.Argument(help="Id of the token, as `list` shows it.")]) -> None:
    """Make a token useless at once."""
    _opened()[1].revoke(token_id, by=BY)
    typer.echo("The token is revoked.", err=True)


def _until(moment: object) -> str:
    return f"good until {moment:%Y-%m-%d}" if moment else "good until revoked"


def _opened() -> "tuple[Settings, Accounts]":
    from services.arena.accounts import Accounts
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    settings = load_settings()
    assembly = Assembly(settings)
    return settings, Accounts(store=assembly.store, clock=assembly.clock, ids=assembly.ids)


def _tell_link(settings: "Settings", issued: "Issued", *, json: bool, said: str = "") -> None:
    from services.cli.output import print_json, results

    address = f"{settings.arena_origins[0] if settings.arena_origins else f'http://127.0.0.1:{settings.port}'}/sign-in"
    url = f"{address}?code={issued.secret}"
    if json:
        print_json("sign_in_link", {"url": url, "expires_at": issued.credential.expires_at})
        return
    results().print(url, markup=False)
    typer.echo(f"{said} The link signs in once, within 15 minutes.".strip(), err=True)

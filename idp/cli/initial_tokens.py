"""`idp initial-tokens`."""

import click

from idp.cli.clients import ONCE
from idp.cli.context import Context
from idp.cli.output import as_json, emit_fields, emit_json, moment
from idp.directory import initial_tokens as directory


@click.group("initial-tokens")
def initial_tokens() -> None:
    """Initial access tokens: whoever has one may register applications."""


@initial_tokens.command()
@click.option("--name", required=True, help="Whom it is for, for your own list.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 365))
@click.option("--uses", type=click.IntRange(1, 10_000), help="Registrations; without it, any.")
@as_json
@click.pass_obj
def make(context: Context, name: str, days: int, uses: int | None, as_json: bool) -> None:
    """Make a token and print it, once."""
    with context.database.writing() as session:
        made = directory.make(session, name, days=days, uses=uses, actor="operator")
    if as_json:
        emit_json({"id": made.row.id, "token": made.token, "expires_at": made.row.expires_at})
        return
    emit_fields(
        {
            "id": str(made.row.id),
            "token": f"{made.token}  {ONCE}",
            "expires": moment(made.row.expires_at),
        }
    )


@initial_tokens.command("list")
@as_json
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List the tokens, without what is secret of them."""
    with context.database.reading() as session:
        found = directory.list_all(session)
    if as_json:
        names = ("id", "name", "uses_left", "expires_at")
        emit_json([{name: getattr(row, name) for name in names} for row in found])
        return
    if not found:
        click.echo("There is no initial access token.")
    for row in found:
        uses = "any number" if row.uses_left is None else row.uses_left
        click.echo(f"{row.id}  {row.name}  {uses}  {moment(row.expires_at)}")


@initial_tokens.command()
@click.argument("token_id", type=int)
@click.pass_obj
def revoke(context: Context, token_id: int) -> None:
    """Let nobody register by a token any more."""
    with context.database.writing() as session:
        directory.revoke(session, token_id, actor="operator")
    click.echo(f"Revoked: {token_id}")

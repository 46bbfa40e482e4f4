"""`idp clients`."""

from pathlib import Path
from typing import Any

import click

from idp.cli import client_files, documents
from idp.cli.context import Context
from idp.cli.output import as_json, emit_fields, emit_json
from idp.directory import client_files as client_set
from idp.directory import clients as directory
from idp.directory import organisations, sectors
from idp.directory.client_files import BadFiles, Wanted
from idp.fetcher import Fetcher

ONCE = "(shown once: keep it now)"


@click.group()
def clients() -> None:
    """Relying applications."""


@clients.command()
@documents.from_file
@documents.update
@click.option("--organisation", help="Whose operators administer it; without: the owners alone.")
@as_json
@click.pass_obj
def register(
    context: Context, file: Path, update: bool, organisation: str | None, as_json: bool
) -> None:
    """Register an application and print its secret, once."""
    metadata = documents.read(file)
    sector_uris = _sector_uris(context, metadata)
    with context.database.writing() as session:
        registered = directory.register(
            session,
            metadata,
            actor="operator",
            update=update,
            sector_uris=sector_uris,
            organisation_id=organisations.find(session, organisation).id if organisation else None,
        )
    client_id, secret = registered.client.client_id, registered.client_secret
    if as_json:
        # RFC 7591, section 3.2.1: client_secret only if one was issued.
        emit_json({"client_id": client_id} | ({"client_secret": secret} if secret else {}))
        return
    emit_fields(
        {
            "client_id": client_id,
            "client_secret": f"{secret}  {ONCE}" if secret else None,
            "sector": registered.client.sector_identifier,
        }
    )


@clients.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be different, and write nothing.")
@click.option("--organisation", help="Whose new applications are; without: the owners' alone.")
@click.option(
    "--disable-missing",
    is_flag=True,
    help="Disable what no file names of the organisation (without one: of the owners).",
)
@click.pass_obj
def apply(
    context: Context, folder: Path, dry_run: bool, organisation: str | None, disable_missing: bool
) -> None:
    """Make the applications what the files of a folder say; where they are, nothing is done."""
    files = client_files.read(folder)
    wanted = [
        Wanted(file.name, file.document, _sector_uris(context, file.document)) for file in files
    ]
    try:
        with context.database.writing() as session:
            found = organisations.find(session, organisation) if organisation else None
            done = client_set.apply(
                session,
                wanted,
                actor="operator",
                organisation_id=found.id if found else None,
                disable_missing=disable_missing,
                dry_run=dry_run,
            )
    except BadFiles as refusal:
        raise client_files.explained(files, refusal) from refusal
    client_files.tell(done, dry_run=dry_run)


@clients.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def export(context: Context, folder: Path) -> None:
    """Write what is registered into a folder, a file for each application; no secret is in them."""
    with context.database.reading() as session:
        documents = client_set.export(session)
    client_files.write(folder, documents)
    click.echo(f"{len(documents)} applications: {folder}")


def _sector_uris(context: Context, document: Any) -> list[str]:
    uri = document.get(sectors.NAME) if isinstance(document, dict) else None
    return sectors.listed(Fetcher(context.settings), uri)


@clients.command("list")
@as_json
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List the applications."""
    with context.database.reading() as session:
        found = [
            {
                "client_id": client.client_id,
                "client_name": client.client_name,
                "state": client.state,
                "minimum_acr": client.minimum_acr,
                "scope": client.scope,
                "redirect_uris": client.redirect_uris,
            }
            for client in directory.list_all(session)
        ]
    if as_json:
        emit_json(found)
        return
    if not found:
        click.echo("No application is registered.")
    for client in found:
        click.echo("{client_id}  {state}  {client_name}  {minimum_acr}".format(**client))


@clients.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--overlap",
    type=click.IntRange(0),
    default=0,
    help="Seconds for which the old secret is good beside the new one.",
)
@as_json
@click.pass_obj
def rotate_secret(context: Context, client_id: str, overlap: int, as_json: bool) -> None:
    """Give an application a new secret; without --overlap, the old one is void at once."""
    with context.database.writing() as session:
        secret = directory.rotate_secret(session, client_id, actor="operator", overlap=overlap)
    if as_json:
        emit_json({"client_id": client_id, "client_secret": secret})
    else:
        emit_fields({"client_id": client_id, "client_secret": f"{secret}  {ONCE}"})


@clients.command()
@click.argument("client_id")
@click.pass_obj
def disable(context: Context, client_id: str) -> None:
    """Refuse an application everywhere, until it is enabled."""
    with context.database.writing() as session:
        directory.disable(session, client_id, actor="operator")
    click.echo(f"Disabled: {client_id}")


@clients.command()
@click.argument("client_id")
@click.pass_obj
def enable(context: Context, client_id: str) -> None:
    """Let a disabled application in again."""
    with context.database.writing() as session:
        directory.enable(session, client_id, actor="operator")
    click.echo(f"Enabled: {client_id}")

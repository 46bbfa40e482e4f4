"""`idp resources`."""

from pathlib import Path

import click

from idp.cli import documents
from idp.cli.context import Context
from idp.directory import resources as directory


@click.group()
def resources() -> None:
    """Protected APIs, which access tokens are meant for."""


@resources.command()
@documents.from_file
@documents.update
@click.pass_obj
def register(context: Context, file: Path, update: bool) -> None:
    """Register a resource with its scopes."""
    metadata = documents.read(file)
    with context.database.writing() as session:
        resource = directory.register(session, metadata, actor="operator", update=update)
        click.echo(f"Registered: {resource.identifier} ({', '.join(resource.scopes)})")

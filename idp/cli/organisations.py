"""`idp organisations`."""

import click

from idp.cli.context import Context
from idp.directory import organisations as directory


@click.group()
def organisations() -> None:
    """The health-insurance bodies that holders belong to."""


@organisations.command()
@click.option("--name", default="", help="Such as « Cnam du Cher ».")
@click.option("--city", default="", help="Stands before the date of its letters.")
@click.option("--address", multiple=True, help="A line of its postal address; once for each.")
@click.pass_obj
def create(context: Context, name: str, city: str, address: tuple[str, ...]) -> None:
    """Create an organisation."""
    with context.database.writing() as session:
        organisation = directory.create(
            session, name=name, city=city, address=address, actor="operator"
        )
        click.echo(f"Created: {organisation.name}")

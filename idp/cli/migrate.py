"""`idp migrate`."""

import click
from alembic import command
from alembic.config import Config

from idp.cli.context import Context
from idp.cli.repository import MIGRATIONS


@click.command()
@click.pass_obj
def migrate(context: Context) -> None:
    """Bring the database to the newest revision."""
    # Before Alembic reads the settings on its own: problems are said here, and `var` made.
    url = context.database.engine.url.render_as_string(hide_password=True)
    to_newest()
    click.echo(f"The database is at its newest revision: {url}")


def to_newest() -> None:
    """Upgrade the database of this process's settings."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")

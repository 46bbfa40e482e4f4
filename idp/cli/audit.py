"""`idp audit`."""

import sys

import click

from idp import audit as trail
from idp.cli.context import Context
from idp.cli.output import moment


@click.group()
def audit() -> None:
    """The trail."""


@audit.command()
@click.pass_obj
def verify(context: Context) -> None:
    """Recompute the whole chain; exit 1 at the first link that does not hold."""
    with context.database.reading() as session:
        found = trail.verify(session)
    if found.broken:
        click.echo(f"The trail is broken at {found.broken}.", err=True)
        sys.exit(1)
    click.echo(
        f"The trail holds: {found.events} events under {found.seals} seals, "
        f"{found.unsealed} not yet sealed."
    )
    if found.purged:
        click.echo(
            f"{found.purged} events sealed until {moment(found.purged_until)} were removed, "
            "having been kept long enough."
        )

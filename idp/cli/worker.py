"""`idp worker`."""

from typing import Any

import click


@click.command()
@click.pass_obj
def worker(context: Any) -> None:
    """Send what waits in the outbox, and seal the trail, until stopped."""
    from idp.messages.worker import run  # the mail and SMS libraries, for this command alone

    run(context.settings)

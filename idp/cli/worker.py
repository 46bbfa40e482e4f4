"""`idp worker`."""

import click

from idp.cli.context import Context


@click.command()
@click.pass_obj
def worker(context: Context) -> None:
    """Send what waits in the outbox, seal the trail and do what is due, until stopped."""
    # The mail and SMS libraries, for this command alone.
    from idp.audit import checkpoints
    from idp.directory import (
        closing,
        data_exports,
        import_work,
        key_rotation,
        logos,
        lookups,
        new_channels,
        purge,
        trail_checks,
    )
    from idp.messages.worker import Job, run
    from idp.oidc import backchannel_logout

    # What is done every so many seconds, in every worker.
    jobs: list[Job] = [
        (purge.EVERY, purge.purge),
        (key_rotation.EVERY, key_rotation.rotate_signing_keys),
        (logos.EVERY, logos.fetch_due),
        (closing.EVERY, closing.close_due),
        (data_exports.EVERY, data_exports.make_due),
        (import_work.EVERY, import_work.advance),
        (new_channels.EVERY, new_channels.take_effect),
        (checkpoints.EVERY, checkpoints.sign_due),
        (trail_checks.EVERY, trail_checks.advance),
        (lookups.EVERY, lookups.answer_lookups),
        (backchannel_logout.EVERY, backchannel_logout.deliverer()),
    ]
    run(context.settings, jobs)

"""`idp purge`."""

from collections import Counter

import click

from idp.cli.context import Context
from idp.cli.output import as_json, emit_json
from idp.directory import purge as directory


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would go, and remove nothing.")
@as_json
@click.pass_obj
def purge(context: Context, dry_run: bool, as_json: bool) -> None:
    """Remove everything that has expired. The worker does it all the time, a little at a time."""
    if dry_run:
        _tell(directory.due(context.database, context.settings), "would go", as_json)
        return
    purger = directory.Purger(context.database, context.settings)
    purger.run()
    _tell(+purger.removed, "removed", as_json)


def _tell(counts: Counter[str], verb: str, as_json: bool) -> None:
    if as_json:
        emit_json(counts)
        return
    for table, count in sorted(counts.items()):
        click.echo(f"{count:>9}  {table}")
    click.echo(f"{counts.total():>9}  rows {verb}." if counts else "Nothing has expired.")

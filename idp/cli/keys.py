"""`idp keys`: signing keys, and the values that are sealed and indexed under older keys."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from idp import clock
from idp.cli.context import Context
from idp.cli.output import as_json, emit_json, emit_table, moment
from idp.directory import key_consequences, key_rotation, sealed_columns
from idp.directory import keys as directory
from idp.directory import reseal as resealing
from idp.models import KeyState, SigningKey

ACTOR = "operator"
HEADINGS = ("kid", "alg", "state", "since", "next rotation")
NEXT_ROTATION = {
    KeyState.NEXT: "active {}",
    KeyState.ACTIVE: "replaced {}",
    KeyState.RETIRED: "gone {}",
}
SETTING = {"sealing": "IDP_SEALING_KEYS", "index": "IDP_INDEX_KEYS"}


@click.group()
def keys() -> None:
    """The keys: those that sign, and those that seal and index."""


@keys.command()
@click.pass_obj
def ensure(context: Context) -> None:
    """Make the signing keys that are missing."""
    with context.database.writing() as session:
        made = [
            f"{key.alg} {key.kid}" for key in directory.ensure_signing_keys(session, actor=ACTOR)
        ]
    for line in made or ["Every signing key is there."]:
        click.echo(line)


@keys.command("list")
@as_json
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """The signing keys, their state and what comes next."""
    with context.database.reading() as session:
        present = directory.all_keys(session)
        rows = [_describe(context, key, present) for key in present]
        missing = directory.without_active(session)
        coming = [
            key_rotation.succession(context.settings, present, alg)
            for alg in sorted({key.alg for key in present})
        ]
    if as_json:
        emit_json(rows)
    elif rows:
        emit_table([HEADINGS, *map(_cells, rows)])
        for planned in coming:
            click.echo(_planned(planned))
    else:
        click.echo("There is no signing key; `idp keys ensure` makes them.")
    for alg in missing:
        click.echo(f"{alg} is in use and has no active key.", err=True)


def _planned(planned: key_rotation.Succession) -> str:
    """The worker's next rotation of an algorithm."""
    if planned.publishes_at is None:
        return f"{planned.alg}: the next key signs from {moment(planned.replaces_at)} on."
    return (
        f"{planned.alg}: the next key is published {moment(planned.publishes_at)}, "
        f"and signs from {moment(planned.replaces_at)} on."
    )


def _describe(context: Context, key: SigningKey, present: Sequence[SigningKey]) -> dict[str, Any]:
    since = {KeyState.ACTIVE: key.activated_at, KeyState.RETIRED: key.retired_at}
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": key.state,
        "since": since.get(KeyState(key.state)) or key.created_at,
        "next_rotation": key_rotation.next_change(context.settings, key, present),
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    comes = NEXT_ROTATION[KeyState(row["state"])].format(moment(row["next_rotation"]))
    return row["kid"], row["alg"], row["state"], moment(row["since"]) or "", comes


@keys.command()
@click.option("--alg", type=click.Choice(directory.ALGORITHMS), help="One algorithm; all without.")
@click.option("--now", is_flag=True, help="An emergency: use the next key before it is known.")
@click.pass_obj
def rotate(context: Context, alg: str | None, now: bool) -> None:
    """Use the next key, or make it; exit 1 where it has to be waited for."""
    waiting = False
    with context.database.writing() as session:
        algorithms = [alg] if alg else sorted({key.alg for key in directory.all_keys(session)})
        for each in algorithms:
            done = key_rotation.rotate(
                session, context.settings, each, immediately=now, actor=ACTOR
            )
            click.echo(_rotated(done))
            waiting = waiting or not (done.active or done.made)
    if waiting:
        sys.exit(1)


def _rotated(done: key_rotation.Rotation) -> str:
    if done.active:
        early = clock.now() < done.usable_at
        return f"{done.alg} {done.kid} signs from now on." + (_warning(done) if early else "")
    verb = "was made and is published" if done.made else "is published, and not for long enough yet"
    return f"{done.alg} {done.kid} {verb}; it can be used from {moment(done.usable_at)} on."


def _warning(done: key_rotation.Rotation) -> str:
    return (
        " Verifiers that keep the published keys, and do not fetch them again for an unknown one, "
        f"refuse what it signs until {moment(done.usable_at)}."
    )


@keys.command()
@click.argument("kid")
@click.option("--yes", is_flag=True, help="Do it.")
@click.pass_obj
def retire(context: Context, kid: str, yes: bool) -> None:
    """An emergency: drop a signing key at once. Without --yes, says what that breaks."""
    with context.database.reading() as session:
        for line in key_consequences.of(session, context.settings, kid).sentences():
            click.echo(line)
    if not yes:
        click.echo("Nothing was done; --yes does it.", err=True)
        sys.exit(1)
    with context.database.writing() as session:
        successor = key_rotation.drop(session, kid, actor=ACTOR)
        click.echo(f"{kid} is gone.")
        if successor is not None:
            click.echo(f"{successor.alg} {successor.kid} signs from now on.")


@keys.command()
@click.option(
    "--batch", type=click.IntRange(1, 5000), default=resealing.BATCH, show_default=True,
    help="Rows written in one transaction.",
)  # fmt: skip
@click.option(
    "--pause", type=click.FloatRange(0, 60), default=resealing.PAUSE, show_default=True,
    help="Seconds between two batches.",
)  # fmt: skip
@click.pass_obj
def reseal(context: Context, batch: int, pause: float) -> None:
    """Write everything anew that is sealed or indexed under an older key. May be stopped at any
    moment and started again; exit 1 when some rows could not be."""
    problems, said = 0, _Percent()
    for progress in resealing.reseal(context.database, actor=ACTOR, batch=batch, pause=pause):
        said(progress)
        problems += len(progress.problems)
        for line in progress.problems:
            click.echo(line, err=True)
    _say_unused(context)
    if problems:
        sys.exit(1)


class _Percent:
    """Says a table's progress when it has grown by a hundredth: a million rows, a hundred lines."""

    def __init__(self) -> None:
        self._last: tuple[str, int] | None = None

    def __call__(self, progress: resealing.Progress) -> None:
        state = (progress.table, 100 * progress.done // max(progress.total, 1))
        if state != self._last:
            click.echo(f"{progress.table}  {progress.done}/{progress.total}")
        self._last = state


@keys.command()
@as_json
@click.pass_obj
def usage(context: Context, as_json: bool) -> None:
    """How many rows hold a value made with each key; exit 1 when some were made with a key that
    is not listed in the settings."""
    found = sealed_columns.usage(context.database)
    if as_json:
        emit_json([vars(each) for each in found])
    else:
        headings = ("use", "column", "key", "rows")
        emit_table([
            headings,
            *((each.use, f"{each.table}.{each.column}", each.key_id or "not listed", str(each.rows))
            for each in found),
        ])  # fmt: skip
        _say_unused(context, found)
    if any(each.key_id is None for each in found):
        sys.exit(1)


def _say_unused(context: Context, found: Sequence[sealed_columns.Usage] | None = None) -> None:
    found = sealed_columns.usage(context.database) if found is None else found
    for use, ids in sealed_columns.unused(context.database.keyring, found).items():
        for key_id in ids:
            click.echo(
                f"No row needs the {use} key {key_id} any more: it may be taken out of "
                f"{SETTING[use]}."
            )

"""`idp holders`."""

from collections.abc import Callable
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from idp.cli import letter_file
from idp.cli.context import Context
from idp.cli.holder_import import import_holders
from idp.cli.output import as_json, emit_fields, emit_json, moment
from idp.directory import accounts, channel_change, closing_by_operator, corrections, holder_search
from idp.directory import holders as directory
from idp.directory.accounts import Motive, UnblockMotive
from idp.directory.channel_change import ChannelChange
from idp.directory.closing_by_operator import CloseMotive, KeepMotive
from idp.directory.enrolment import Enrolment
from idp.directory.holder_search import Wanted
from idp.directory.holders import LetterMotive
from idp.identity import login_identifier as identifiers
from idp.identity.traits import Traits

F = TypeVar("F", bound=Callable[..., Any])

letter_option = click.option(
    "--letter",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to put the letter; by default in the folder letters under IDP_VAR.",
)


def motive_option(kind: type[StrEnum], default: StrEnum | None = None) -> Callable[[F], F]:
    """Why it is done: one of a list, for what is typed freely would tell about a person."""
    choice = click.Choice([motive.value for motive in kind])
    if default is None:
        return click.option("--motive", type=choice, required=True)
    return click.option("--motive", type=choice, default=default.value, show_default=True)


@click.group()
def holders() -> None:
    """The persons whose record it is, and their accounts."""


holders.add_command(import_holders)


# No option is required for click: the verb names everything that is missing or wrong at once.
@holders.command()
@click.option("--birth-name", default="", help="Family name at birth.")
@click.option("--used-name", help="Name in use, where it is another one.")
@click.option("--first-name", "first_names", multiple=True, help="Once for each, in order.")
@click.option("--birth-date", default="", help="YYYY-MM-DD as registered; 00 for unknown.")
@click.option("--sex", default="", help="F or M.")
@click.option("--birth-place", default="", help="INSEE code of commune, or of country (99…).")
@click.option("--birth-place-name", default="", help="Name of that place.")
@click.option("--nir", default="", help="13 characters, or 15 with the key.")
@click.option("--address", multiple=True, help="A line of 38 characters; once for each, up to 6.")
@click.option("--organisation", default="", help="Name of the health-insurance body.")
@click.option("--mail", help="For one-time codes.")
@click.option("--mobile", help="For one-time codes.")
@letter_option
@as_json
@click.pass_obj
def enrol(context: Context, /, letter: Path | None, as_json: bool, **traits: Any) -> None:
    """Create holder, account, INS-C and letter."""
    folder = context.settings.var / "letters"
    letter_file.prepare(letter, folder)
    enrolled = directory.enrol(
        context.database, context.settings, Enrolment(**traits), actor="operator"
    )
    path = letter_file.write(enrolled.letter, letter, folder, enrolled.login_identifier)
    if as_json:
        emit_json(
            {
                "holder_id": enrolled.holder_id,
                "account_id": enrolled.account_id,
                "login_identifier": enrolled.login_identifier,
                "ins_c": enrolled.ins_c,
                "letter": str(path),
                "initial_password_valid_until": enrolled.valid_until.isoformat(),
            }
        )
        return
    emit_fields(
        {
            "login identifier": identifiers.display(enrolled.login_identifier),
            "INS-C": enrolled.ins_c or "none for this kind of NIR",
            "letter": f"{path} (initial password valid until {enrolled.valid_until})",
        }
    )


@holders.command()
@click.argument("login_identifier")
@as_json
@click.pass_obj
def show(context: Context, login_identifier: str, as_json: bool) -> None:
    """Show an account; channels are masked, and looking leaves a trace."""
    with context.database.writing() as session:
        view = accounts.show(session, login_identifier, actor="operator")
    if as_json:
        emit_json(asdict(view))
        return
    emit_fields(
        {
            "login identifier": identifiers.display(view.login_identifier),
            "state": view.state.replace("_", " "),
            "holder": f"{view.civility} {view.name}" if view.name else None,
            "organisation": view.organisation,
            "INS-C": view.ins_c,
            "mail": view.mail,
            "mobile": view.mobile,
            "created": moment(view.created_at),
            "activated": moment(view.activated_at),
            "initial password until": moment(view.initial_password_expires_at),
            "password changed": moment(view.password_changed_at),
        }
    )


@holders.command()
@click.argument("login_identifier")
@click.option("--unblock", is_flag=True, help="Also if the account is blocked.")
@motive_option(LetterMotive, LetterMotive.HOLDER_REQUEST)
@letter_option
@as_json
@click.pass_obj
def reletter(
    context: Context,
    login_identifier: str,
    unblock: bool,
    motive: str,
    letter: Path | None,
    as_json: bool,
) -> None:
    """Make a new letter; the password before it stops, and every session ends."""
    folder = context.settings.var / "letters"
    letter_file.prepare(letter, folder)
    made = directory.reletter(
        context.database,
        context.settings,
        login_identifier,
        actor="operator",
        motive=LetterMotive(motive),
        unblock=unblock,
    )
    path = letter_file.write(made.letter, letter, folder, made.login_identifier)
    if as_json:
        emit_json(
            {
                "login_identifier": made.login_identifier,
                "letter": str(path),
                "initial_password_valid_until": made.valid_until.isoformat(),
                "ended_sessions": made.ended_sessions,
            }
        )
        return
    emit_fields(
        {
            "login identifier": identifiers.display(made.login_identifier),
            "letter": f"{path} (initial password valid until {made.valid_until})",
            "sessions ended": str(made.ended_sessions),
        }
    )


@holders.command()
@click.argument("login_identifier")
@motive_option(Motive)
@click.pass_obj
def block(context: Context, login_identifier: str, motive: str) -> None:
    """Block an account and end its sessions."""
    with context.database.writing() as session:
        ended = accounts.block(session, login_identifier, motive=Motive(motive), actor="operator")
    click.echo(f"Blocked; {ended} sessions ended.")


@holders.command()
@click.argument("login_identifier")
@motive_option(UnblockMotive)
@click.pass_obj
def unblock(context: Context, login_identifier: str, motive: str) -> None:
    """Open a blocked account again, with the password it had."""
    with context.database.writing() as session:
        account = accounts.unblock(
            session, login_identifier, motive=UnblockMotive(motive), actor="operator"
        )
    click.echo(f"Unblocked; the account is {account.state.replace('_', ' ')}.")


@holders.command()
@click.argument("login_identifier")
@motive_option(CloseMotive)
@click.pass_obj
def close(context: Context, login_identifier: str, motive: str) -> None:
    """Close an account for good, after the time in which it can be undone."""
    with context.database.writing() as session:
        closes_at = closing_by_operator.ask(
            session,
            context.settings,
            login_identifier,
            motive=CloseMotive(motive),
            actor="operator",
        )
    click.echo(f"It will be closed at {moment(closes_at)}; `idp holders keep` undoes that.")


@holders.command()
@click.argument("login_identifier")
@motive_option(KeepMotive)
@click.pass_obj
def keep(context: Context, login_identifier: str, motive: str) -> None:
    """Undo a closing that was asked for."""
    with context.database.writing() as session:
        account = closing_by_operator.undo(
            session, login_identifier, motive=KeepMotive(motive), actor="operator"
        )
    click.echo(f"Kept; the account is {account.state.replace('_', ' ')}.")


@holders.command()
@click.option("--number", default="", help="Login identifier, INS-C (a former one too) or NIR.")
@click.option("--name", default="", help="Birth name, used name, first names; with the date.")
@click.option("--birth-date", default="", help="YYYY-MM-DD as registered.")
@as_json
@click.pass_obj
def search(context: Context, /, as_json: bool, **wanted: str) -> None:
    """Find holders; searching leaves a trace."""
    database = context.database
    with database.writing() as session:
        found = holder_search.search(session, database.keyring, Wanted(**wanted), actor="operator")
        rows = [
            {
                "login_identifier": each.account.login_identifier,
                "state": each.account.state,
                "name": Traits.from_json(each.traits).display_name,
                "organisation": each.organisation.name,
            }
            for each in found
        ]
    if as_json:
        emit_json(rows)
        return
    if not rows:
        click.echo("Nobody matches.")
    for row in rows:
        click.echo(
            "  ".join((identifiers.display(row["login_identifier"]), *list(row.values())[1:]))
        )


@holders.command("change-channel")
@click.argument("login_identifier")
@click.option("--kind", required=True, type=click.Choice(["mail", "sms"]))
@click.option("--value", default="", help="New address or number; none removes the one there is.")
@click.option(
    "--proof", required=True, type=click.Choice([each.value for each in channel_change.Proof])
)
@motive_option(channel_change.Motive)
@click.pass_obj
def change_channel(context: Context, /, login_identifier: str, **entered: str) -> None:
    """Replace or remove a channel, after a proof of identity; old and new are told."""
    database = context.database
    with database.writing() as session:
        done = channel_change.change(
            session, database.keyring, login_identifier, ChannelChange(**entered), actor="operator"
        )
    click.echo(
        f"{done.old or 'none'} → {done.new or 'none'}; {done.ended_sessions} sessions ended."
    )


@holders.command()
@click.argument("login_identifier")
@click.option("--birth-name")
@click.option("--used-name")
@click.option("--first-name", "first_names", multiple=True, help="All of them, in order.")
@click.option("--birth-date", help="YYYY-MM-DD as registered; 00 for unknown.")
@click.option("--sex", help="F or M.")
@click.option("--birth-place")
@click.option("--birth-place-name")
@click.option("--nir")
@click.option("--address", multiple=True, help="All its lines, once for each.")
@motive_option(corrections.Motive)
@click.pass_obj
def correct(context: Context, /, login_identifier: str, motive: str, **traits: Any) -> None:
    """Correct traits, NIR or postal address; what is not given stays."""
    database = context.database
    given = {name: value for name, value in traits.items() if value}
    with database.writing() as session:
        entered = replace(corrections.present(session, login_identifier), **given)
        done = corrections.correct(
            session,
            database.keyring,
            login_identifier,
            entered,
            motive=corrections.Motive(motive),
            actor="operator",
        )
    new = "; there is a new INS-C" if done.new_ins_c else ""
    click.echo(f"Corrected: {', '.join(done.changed)}{new}.")

"""`idp holders`."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from idp.cli import letter_file
from idp.cli.context import Context
from idp.cli.output import as_json, emit_fields, emit_json, moment
from idp.directory import accounts
from idp.directory import holders as directory
from idp.directory.accounts import Motive
from idp.directory.enrolment import Enrolment
from idp.identity import login_identifier as identifiers

letter_option = click.option(
    "--letter",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to put the letter; by default in the folder letters under IDP_VAR.",
)


@click.group()
def holders() -> None:
    """The persons whose record it is, and their accounts."""


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
@letter_option
@as_json
@click.pass_obj
def reletter(
    context: Context, login_identifier: str, unblock: bool, letter: Path | None, as_json: bool
) -> None:
    """Make a new letter; the password before it stops, and every session ends."""
    folder = context.settings.var / "letters"
    letter_file.prepare(letter, folder)
    made = directory.reletter(
        context.database, context.settings, login_identifier, actor="operator", unblock=unblock
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
@click.option("--motive", required=True, type=click.Choice([motive.value for motive in Motive]))
@click.pass_obj
def block(context: Context, login_identifier: str, motive: str) -> None:
    """Block an account and end its sessions; a new letter with --unblock opens it again."""
    with context.database.writing() as session:
        ended = accounts.block(session, login_identifier, motive=Motive(motive), actor="operator")
    click.echo(f"Blocked; {ended} sessions ended.")

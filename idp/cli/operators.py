"""`idp operators`."""

from dataclasses import dataclass

import click

from idp.cli.context import Context
from idp.cli.output import as_json, emit_fields, emit_json
from idp.directory import machine_operators
from idp.directory import operators as directory
from idp.directory.operators import Credentials, Entered, Motive
from idp.identity import initial_password, login_identifier
from idp.models import Role

ONCE = "(shown once: hand it over now)"
ROLE = click.Choice([role.value for role in Role])
MOTIVE = click.Choice([motive.value for motive in Motive])


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    login_identifier: str
    name: str
    organisation: str
    roles: list[str]
    state: str


@click.group()
def operators() -> None:
    """Who administers; the first owner is made here."""


# No option is required for click: the verb names everything that is missing or wrong at once.
@operators.command()
@click.option("--name", default="", help="As colleagues know the person.")
@click.option("--role", "roles", multiple=True, type=ROLE, help="Once for each.")
@click.option("--organisation", default="", help="Name of the health-insurance body.")
@click.option("--mail", help="For one-time codes.")
@click.option("--mobile", help="For one-time codes.")
@as_json
@click.pass_obj
def create(context: Context, /, as_json: bool, **entered: str | None) -> None:
    """Create an operator, and print identifier and initial password, once."""
    made = directory.create(
        context.database,
        context.settings,
        Entered(**entered),  # type: ignore[arg-type]  # click gives what the options say
        actor="operator",
    )
    _tell(context, made, as_json)


@operators.command("create-machine")
@click.option("--client", "client_id", required=True, help="The application's client_id.")
@click.option("--name", required=True, help="By which the trail names it.")
@click.option("--role", "roles", multiple=True, required=True, type=ROLE, help="Once for each.")
@click.option("--organisation", required=True, help="Name of the health-insurance body.")
@click.pass_obj
def create_machine(
    context: Context, client_id: str, name: str, roles: tuple[str, ...], organisation: str
) -> None:
    """Let an application act as an operator, through the API; it is the owners' from then on."""
    with context.database.writing() as session:
        made = machine_operators.create(
            session,
            client_id,
            name=name,
            roles=roles,
            organisation=organisation,
            actor="operator",
        )
        shown = login_identifier.display(made.account.login_identifier)
    emit_fields({"operator": shown, "roles": ", ".join(roles)})


@operators.command()
@click.argument("login_identifier")
@click.option("--unblock", is_flag=True, help="Also if the account is blocked.")
@as_json
@click.pass_obj
def renew(context: Context, login_identifier: str, unblock: bool, as_json: bool) -> None:
    """Give an operator a new initial password; the one before stops, and sessions end."""
    made = directory.renew(
        context.database, context.settings, login_identifier, actor="operator", unblock=unblock
    )
    _tell(context, made, as_json)


@operators.command("list")
@as_json
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List the operators."""
    with context.database.reading() as session:
        rows = [
            Row(
                one.account.login_identifier,
                one.name,
                one.organisation.name,
                one.roles,
                one.account.state,
            )
            for one in directory.list_all(session)
        ]
    if as_json:
        emit_json([vars(row) for row in rows])
        return
    if not rows:
        click.echo("There is no operator; `idp operators create` makes the first one.")
    for row in rows:
        roles = ", ".join(row.roles) or "no role"
        shown = login_identifier.display(row.login_identifier)
        click.echo(f"{shown}  {row.state}  {row.name}  {row.organisation}  {roles}")


@operators.command()
@click.argument("login_identifier")
@click.argument("role", type=ROLE)
@click.pass_obj
def grant(context: Context, login_identifier: str, role: str) -> None:
    """Give an operator one more role."""
    with context.database.writing() as session:
        operator = directory.grant(session, login_identifier, Role(role), actor="operator")
        click.echo(f"Roles: {', '.join(operator.roles)}")


@operators.command()
@click.argument("login_identifier")
@click.argument("role", type=ROLE)
@click.pass_obj
def revoke(context: Context, login_identifier: str, role: str) -> None:
    """Take a role from an operator."""
    with context.database.writing() as session:
        operator = directory.revoke(session, login_identifier, Role(role), actor="operator")
        click.echo(f"Roles: {', '.join(operator.roles) or 'none'}")


@operators.command()
@click.argument("login_identifier")
@click.option("--motive", required=True, type=MOTIVE)
@click.pass_obj
def block(context: Context, login_identifier: str, motive: str) -> None:
    """Block an operator and end the sessions; `renew --unblock` opens the account again."""
    with context.database.writing() as session:
        ended = directory.block(session, login_identifier, motive=Motive(motive), actor="operator")
    click.echo(f"Blocked; {ended} sessions ended.")


def _tell(context: Context, made: Credentials, as_json: bool) -> None:
    if as_json:
        emit_json(
            {
                "login_identifier": made.login_identifier,
                "initial_password": made.initial_password,
                "initial_password_valid_until": made.valid_until.isoformat(),
            }
        )
        return
    emit_fields(
        {
            "login identifier": login_identifier.display(made.login_identifier),
            "initial password": f"{initial_password.display(made.initial_password)}  {ONCE}",
            "valid until": made.valid_until.isoformat(),
            "sign in at": f"{context.settings.issuer}/admin",
        }
    )

"""The operators: who they are, what each may do, and the end of it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.directory import accounts, operators
from idp.directory.authority import Target, Verb
from idp.directory.operators import Credentials, Entered, Motive
from idp.directory.refusal import Refusal
from idp.identity import initial_password, login_identifier
from idp.models import AccountState, ChannelKind, Client, Operator, Organisation, Role
from idp.web.admin import navigation
from idp.web.admin.visit import Found, Visit, operated, page
from idp.web.current import database, settings
from idp.web.words import _

admin_operators = Blueprint("admin_operators", __name__, url_prefix="/admin/operators")


def operator(session: Session, identifier: str) -> Found:
    """The operator that the address names, or 404."""
    try:
        found = operators.find(session, identifier)
    except Refusal:
        abort(404)
    return found, Target(found.organisation_id, account_id=found.account_id)


@admin_operators.get("")
@operated(Verb.OPERATOR_READ)
def index(visit: Visit) -> ResponseReturnValue:
    found = operators.list_all(visit.session)
    return page("operators", visit, operators=[_line(each) for each in found])


@admin_operators.get("/new")
@operated(Verb.OPERATOR_CREATE)
def new(visit: Visit) -> ResponseReturnValue:
    return _form(visit, {}, [])


@admin_operators.post("/new")
@operated(Verb.OPERATOR_CREATE)
def create(visit: Visit) -> ResponseReturnValue:
    """The page that answers shows the initial password, once."""
    entered = Entered(
        name=request.form.get("name", ""),
        roles=request.form.getlist("roles"),
        organisation=request.form.get("organisation", ""),
        mail=request.form.get("mail") or None,
        mobile=request.form.get("mobile") or None,
    )
    organisation_id = visit.session.scalar(
        select(Organisation.id).where(Organisation.name == entered.organisation)
    )
    visit.mandate.check(Verb.OPERATOR_CREATE, Target(organisation_id))
    try:
        made = operators.create(database(), settings(), entered, actor="operator")
    except Refusal:
        return _form(visit, request.form, _problems(entered)), 400
    return _credentials(visit, made)


@admin_operators.get("/<identifier>")
@operated(Verb.OPERATOR_READ, operator)
def show(visit: Visit, found: Operator) -> ResponseReturnValue:
    target = Target(found.organisation_id, account_id=found.account_id)
    return page(
        "operator",
        visit,
        shown=_line(found),
        target=target,
        oneself=found.account_id == visit.mandate.account_id,
        roles=[
            (
                role.value,
                navigation.role_name(role),
                navigation.role_words(role),
                role in found.roles,
            )
            for role in Role
        ],
        channels=[
            {"kind": channel.kind, "masked": accounts.masked(channel)}
            for channel in found.account.channels
        ],
        motives=[(motive.value, _motive(motive)) for motive in Motive],
        blocked=found.account.state == AccountState.BLOCKED,
        machine=_machine(visit.session, found),
        has_mail=found.account.channel(ChannelKind.MAIL) is not None,
    )


@admin_operators.post("/<identifier>/grant")
@operated(Verb.OPERATOR_GRANT, operator)
def grant(visit: Visit, found: Operator) -> ResponseReturnValue:
    return _with_role(found, operators.grant, _("Rôle donné."))


@admin_operators.post("/<identifier>/revoke")
@operated(Verb.OPERATOR_REVOKE, operator)
def revoke(visit: Visit, found: Operator) -> ResponseReturnValue:
    return _with_role(found, operators.revoke, _("Rôle retiré : il ne sert plus dès maintenant."))


@admin_operators.post("/<identifier>/block")
@operated(Verb.OPERATOR_BLOCK, operator)
def block(visit: Visit, found: Operator) -> ResponseReturnValue:
    motive = request.form.get("motive", "")
    if motive not in list(Motive):
        abort(400)
    try:
        with database().writing() as session:
            operators.block(
                session, found.account.login_identifier, motive=Motive(motive), actor="operator"
            )
    except Refusal:
        flash(_("Ce compte est déjà bloqué."), "info")
        return _back(found)
    flash(_("%(name)s ne peut plus se connecter.", name=found.name), "success")
    return _back(found)


@admin_operators.post("/<identifier>/renew")
@operated(Verb.OPERATOR_RENEW, operator)
def renew(visit: Visit, found: Operator) -> ResponseReturnValue:
    """Also opens an account that was blocked: the button says so."""
    if found.client_id is not None:
        flash(_("Une machine n’a pas de mot de passe."), "info")
        return _back(found)
    made = operators.renew(
        database(), settings(), found.account.login_identifier, actor="operator", unblock=True
    )
    return _credentials(visit, made)


@admin_operators.get("/<identifier>/<act>")
@operated(Verb.OPERATOR_READ)
def reload(visit: Visit, identifier: str, act: str) -> ResponseReturnValue:
    """A button's address, reloaded."""
    return redirect(url_for("admin_operators.show", identifier=identifier), 303)


def _machine(session: Session, found: Operator) -> str | None:
    """The application that acts as this operator."""
    client = session.get_one(Client, found.client_id) if found.client_id else None
    return client.client_name if client else None


def _with_role(found: Operator, verb: Any, said: str) -> ResponseReturnValue:
    role = request.form.get("role", "")
    if role not in list(Role):
        abort(400)
    try:
        with database().writing() as session:
            verb(session, found.account.login_identifier, Role(role), actor="operator")
    except operators.AlreadySo:
        return _back(found)
    flash(said, "success")
    return _back(found)


def _back(found: Operator) -> ResponseReturnValue:
    identifier = found.account.login_identifier
    return redirect(url_for("admin_operators.show", identifier=identifier), 303)


def _credentials(visit: Visit, made: Credentials) -> str:
    return page(
        "operator_credentials",
        visit,
        identifier=made.login_identifier,
        shown=login_identifier.display(made.login_identifier),
        password=initial_password.display(made.initial_password),
        valid_until=made.valid_until,
        sign_in=f"{settings().issuer}/admin",
    )


def _line(each: Operator) -> dict[str, Any]:
    return {
        "identifier": each.account.login_identifier,
        "shown": login_identifier.display(each.account.login_identifier),
        "name": each.name,
        "organisation": each.organisation.name,
        "roles": [navigation.role_name(role) for role in each.roles],
        "state": each.account.state,
    }


def _form(visit: Visit, entered: Any, errors: list[tuple[str, str, str]]) -> str:
    names = visit.session.scalars(select(Organisation.name).order_by(Organisation.name)).all()
    return page(
        "operator_form",
        visit,
        entered=entered,
        chosen=request.form.getlist("roles"),
        errors=errors,
        organisations=names,
        own=visit.operator.organisation.name,
        roles=[navigation.role(role) for role in Role],
    )


def _problems(entered: Entered) -> list[tuple[str, str, str]]:
    """What the verb refused, where the form has it."""
    missing = []
    if not entered.name.strip():
        missing.append(("name", _("Saisissez un nom"), ""))
    if not entered.roles:
        missing.append(("roles", _("Choisissez au moins un rôle"), ""))
    if not entered.mail and not entered.mobile:
        missing.append(("mail", _("Donnez une adresse électronique ou un numéro de mobile"), ""))
    return missing or [("mail", _("L’adresse, le numéro ou le nom ne se lit pas"), "")]


def _motive(motive: Motive) -> str:
    return {
        Motive.LEFT: _("a quitté le service"),
        Motive.OWN_REQUEST: _("l’a demandé"),
        Motive.SUSPECTED_FRAUD: _("usage suspect"),
    }[motive]

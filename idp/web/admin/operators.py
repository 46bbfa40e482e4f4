"""The operators: who they are, what each may do, and the end of it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp.directory import accounts, clients, operators
from idp.directory.authority import Target, Verb
from idp.directory.operators import Motive
from idp.directory.refusal import Refusal
from idp.identity import login_identifier
from idp.models import AccountState, Client, ClientState, Operator, Role
from idp.web.admin import navigation
from idp.web.admin import operator_words as words
from idp.web.admin.operator_form import credentials
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


@admin_operators.get("/<identifier>")
@operated(Verb.OPERATOR_READ, operator)
def show(visit: Visit, found: Operator) -> ResponseReturnValue:
    return _page(visit, found)


def _page(visit: Visit, found: Operator, **more: Any) -> str:
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
        motives=words.motives(machine=found.client_id is not None),
        blocked=found.account.state == AccountState.BLOCKED,
        machine=_machine(visit.session, found),
        **{"motive_errors": []} | more,
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
        return _page(visit, found, motive_errors=[_("Choisissez-le.")]), 400
    try:
        with database().writing() as session:
            operators.block(
                session, found.account.login_identifier, motive=Motive(motive), actor="operator"
            )
    except Refusal:
        flash(_("Ce compte est déjà bloqué."), "info")
        return _back(found)
    flash(
        _("%(name)s n’agit plus.", name=found.name)
        if found.client_id
        else _("%(name)s ne peut plus se connecter.", name=found.name),
        "success",
    )
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
    return credentials(visit, made)


@admin_operators.get("/<identifier>/<act>")
@operated(Verb.OPERATOR_READ)
def reload(visit: Visit, identifier: str, act: str) -> ResponseReturnValue:
    """A button's address, reloaded."""
    return redirect(url_for("admin_operators.show", identifier=identifier), 303)


def _machine(session: Session, found: Operator) -> dict[str, Any] | None:
    """The application that acts as this operator."""
    if found.client_id is None:
        return None
    client = session.get_one(Client, found.client_id)
    return {
        "name": client.client_name,
        "client_id": client.client_id,
        "exists": client.state != ClientState.DELETED,
        "disabled": client.state == ClientState.DISABLED,
        "has_secret": client.token_endpoint_auth_method not in clients.WITHOUT_SECRET,
        "scopes": client.scope.split(),
    }


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


def _line(each: Operator) -> dict[str, Any]:
    return {
        "identifier": each.account.login_identifier,
        "shown": login_identifier.display(each.account.login_identifier),
        "name": each.name,
        "organisation": each.organisation.name,
        "roles": [navigation.role_name(role) for role in each.roles],
        "badge": words.state(each.account.state),
        "machine": each.client_id is not None,
    }

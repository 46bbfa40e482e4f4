"""Making an operator: a person, or an application that acts as one."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from idp import crypto
from idp.directory import clients, machine_operators, operators
from idp.directory.authority import Target, Verb
from idp.directory.clients import DuplicateClient
from idp.directory.enrolment import Problem
from idp.directory.operators import Credentials, Entered, InvalidOperator
from idp.directory.organisations import UnknownOrganisation
from idp.identity import initial_password, login_identifier
from idp.models import Organisation, Role
from idp.web.admin import navigation
from idp.web.admin import operator_words as words
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, provider, settings
from idp.web.words import _

admin_operator_form = Blueprint("admin_operator_form", __name__, url_prefix="/admin/operators")

FRESH_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
NOWHERE = Problem("organisation", "missing", "")


@admin_operator_form.get("/new")
@operated(Verb.OPERATOR_CREATE)
def new(visit: Visit) -> ResponseReturnValue:
    return _form(visit, "operator_form", {}, {})


@admin_operator_form.post("/new")
@operated(Verb.OPERATOR_CREATE)
def create(visit: Visit) -> ResponseReturnValue:
    """The page that answers shows the initial password, once."""
    entered = Entered(
        name=request.form.get("name", ""),
        roles=request.form.getlist("roles"),
        organisation=_organisation(visit),
        mail=request.form.get("mail") or None,
        mobile=request.form.get("mobile") or None,
    )
    try:
        made = operators.create(database(), settings(), entered, actor="operator")
    except (InvalidOperator, UnknownOrganisation) as refusal:
        return _again(visit, "operator_form", refusal)
    return credentials(visit, made)


@admin_operator_form.get("/new-machine")
@operated(Verb.OPERATOR_CREATE)
def new_machine(visit: Visit) -> ResponseReturnValue:
    return _form(visit, "machine_form", {}, {})


@admin_operator_form.post("/new-machine")
@operated(Verb.OPERATOR_CREATE)
def create_machine(visit: Visit) -> ResponseReturnValue:
    """The page that answers shows the secret, once; the form sent again makes no second one."""
    client_id = request.form.get("client_id", "")
    if not FRESH_ID.fullmatch(client_id):
        client_id = crypto.new_secret(clients.CLIENT_ID_BYTES)
    try:
        with database().writing() as session:
            operator, made = machine_operators.register(
                session,
                client_id,
                name=request.form.get("name", ""),
                roles=request.form.getlist("roles"),
                organisation=_organisation(visit),
                actor="operator",
            )
            identifier, scope = operator.account.login_identifier, made.client.scope
    except (InvalidOperator, UnknownOrganisation) as refusal:
        return _again(visit, "machine_form", refusal)
    except DuplicateClient:
        flash(_("Cette machine est déjà créée."), "info")
        return redirect(url_for("admin_operators.index"), 303)
    provider().registry.look_again()
    return page(
        "machine_credentials",
        visit,
        identifier=identifier,
        client_id=client_id,
        secret=made.client_secret,
        scope=scope,
        issuer=settings().issuer,
    )


def credentials(visit: Visit, made: Credentials) -> str:
    """What is handed over: shown here and nowhere else."""
    return page(
        "operator_credentials",
        visit,
        identifier=made.login_identifier,
        shown=login_identifier.display(made.login_identifier),
        password=initial_password.display(made.initial_password),
        valid_until=made.valid_until,
        sign_in=f"{settings().issuer}/admin",
    )


def _organisation(visit: Visit) -> str:
    """The one that was chosen, where the roles reach it. Raises NotAuthorised."""
    # Not looked up by what was sent, which may be text that a database does not take.
    rows = visit.session.execute(select(Organisation.name, Organisation.id))
    chosen = request.form.get("organisation", "")
    found = {row.name: row.id for row in rows}.get(chosen)
    visit.mandate.check(Verb.OPERATOR_CREATE, Target(found))
    return chosen if found is not None else ""


def _again(
    visit: Visit, name: str, refusal: InvalidOperator | UnknownOrganisation
) -> ResponseReturnValue:
    found = refusal.found if isinstance(refusal, InvalidOperator) else (NOWHERE,)
    return _form(visit, name, request.form, words.by_field(found)), 400


def _form(visit: Visit, name: str, entered: Mapping[str, Any], problems: words.Errors) -> str:
    names = visit.session.scalars(select(Organisation.name).order_by(Organisation.name)).all()
    return page(
        name,
        visit,
        entered=entered,
        chosen=request.form.getlist("roles"),
        problems=problems,
        errors=words.summary(problems),
        organisations=names,
        own=visit.operator.organisation.name,
        roles=[navigation.role(role) for role in Role],
        client_id=crypto.new_secret(clients.CLIENT_ID_BYTES),
    )

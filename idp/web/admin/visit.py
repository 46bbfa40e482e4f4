"""An operator at work: a session of its own kind, always with a second factor, and what the roles
allow asked before every page and every act."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp import audit
from idp.directory import authority, operators, sign_in
from idp.directory.authority import Mandate, NotAuthorised, Target, Verb
from idp.models import Account, AccountState, BrowserSession, Operator, SessionKind
from idp.oidc.levels import MFA, Proofs, at_least
from idp.web import visitor
from idp.web.admin import navigation
from idp.web.current import database, settings
from idp.web.words import _

log = structlog.get_logger("idp.admin")

SIGN_IN = "/admin/sign-in"
KIND = SessionKind.OPERATOR
# Marks of a view, for whoever wants to know what is asked before it.
VERB, FINDS = "verb", "finds"

Found = tuple[Any, Target]


@dataclass
class Visit:
    """Who is at work; the ORM objects belong to `session`, which only reads."""

    session: Session
    operator: Operator
    mandate: Mandate
    browser_session: BrowserSession


def operated(
    verb: Verb | None, finds: Callable[..., Found] | None = None
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """A view for operators who may do the verb; None: for every operator. It gets the visit first.

    With `finds`, which is given the session and the parts of the address, the verb is asked for
    that very object, and the view gets it in the address's place. An operator who may not do the
    verb to anything is told so before anything is looked for.
    """

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def checked(**arguments: Any) -> ResponseReturnValue:
            with database().reading() as session:
                visit = _find(session)
                if visit is None:
                    return _sign_in()
                operator = audit.Acting(visit.operator.account_id, visitor.origin())
                with audit.acting(operator):
                    return _checked(visit, view, verb, finds, arguments)

        setattr(checked, VERB, verb)
        setattr(checked, FINDS, finds)
        return checked

    return decorate


def _sign_in() -> ResponseReturnValue:
    """And back to the page that was asked for; what a form would do is not done."""
    wanted = urlencode({"to": request.path}) if request.method == "GET" else ""
    return redirect(f"{SIGN_IN}?{wanted}" if wanted else SIGN_IN, 303)


def _checked(
    visit: Visit,
    view: Callable[..., ResponseReturnValue],
    verb: Verb | None,
    finds: Callable[..., Found] | None,
    arguments: dict[str, Any],
) -> ResponseReturnValue:
    try:
        if verb is not None:
            visit.mandate.check(verb)
        if verb is None or finds is None:
            return view(visit, **arguments)
        found, target = finds(visit.session, **arguments)
        visit.mandate.check(verb, target)
        return view(visit, found)
    except NotAuthorised as refusal:
        return _refused(visit, refusal)


def _find(session: Session) -> Visit | None:
    current = sign_in.find(session, settings(), visitor.session_token(KIND), KIND)
    if current is None or not at_least(_proofs(current).acr, MFA):
        return None
    operator = operators.of_account(session, current.account_id)
    account = session.get_one(Account, current.account_id)
    if operator is None or account.state != AccountState.ACTIVE:
        return None
    with database().writing() as writing:
        sign_in.touch(writing.get_one(BrowserSession, current.id))
    return Visit(session, operator, Mandate.of(operator), current)


def _proofs(current: BrowserSession) -> Proofs:
    return Proofs(
        current.password_at,
        current.code_at,
        current.code_channel,
        current.passkey_at,
        current.passkey_methods,
    )


def _refused(visit: Visit, refusal: NotAuthorised) -> ResponseReturnValue:
    with database().writing() as session:
        authority.record(session, refusal)
    log.warning("authority.refused", verb=refusal.verb.value, reason=refusal.reason)
    words = {
        "role": _("Aucun de vos rôles ne permet cela."),
        "organisation": _("Vos rôles ne le permettent que pour votre organisme."),
        "importer": _("Ces courriers sont pour qui a importé le fichier, ou les a redemandés."),
        "oneself": _("Personne ne peut le faire pour son propre compte : demandez à un collègue."),
    }
    return page("refused", visit, reason=words[refusal.reason]), 403


def page(name: str, visit: Visit, **more: Any) -> str:
    """A page of the console, with its frame."""
    return render_template(
        f"admin/{name}.html",
        operator={
            "name": visit.operator.name,
            "organisation": visit.operator.organisation.name,
            "roles": [navigation.role_name(role) for role in visit.operator.roles],
        },
        navigation=navigation.entries(visit.mandate),
        may=visit.mandate.may,
        **more,
    )

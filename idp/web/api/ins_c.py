"""The INS-C without the Vitale card: a professional's application asks by which `sub` an API knows
a person. What it asks stands in the body, for addresses are kept in logs."""

from typing import Any

import orjson
from flask import Blueprint, Response

from idp.directory import ins_c_resolution, own_resources
from idp.directory.documents import Document
from idp.directory.ins_c_resolution import Asked, Purpose, Unknown
from idp.directory.own_resources import INS_C_RESOLVE
from idp.factors.throttle import MustWait
from idp.identity import birth_date
from idp.identity import ins_c as ins_cs
from idp.identity.birth_date import BirthDate
from idp.identity.errors import InvalidValue
from idp.identity.ins_c import InsC
from idp.oidc import subjects
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registry import RegisteredResource
from idp.web import problems, visitor
from idp.web.api import caller
from idp.web.api.caller import JSON
from idp.web.current import database, provider, settings

ins_c = Blueprint("ins_c", __name__)
caller.answer_refusals(ins_c, own_resources.INS_C)

MEMBERS = ("ins_c", "birth_date", "purpose", "resource")
WAIT = "The application has asked too much, or too often in vain. Try again in {} s."


@ins_c.post("/ins-c/resolve")
def resolve() -> Response:
    """The `sub` by which the API that is named knows the person."""
    token = caller.bearer(own_resources.INS_C, INS_C_RESOLVE).token
    client = provider().registry.enabled_client(token.client_id)
    if client is None:
        raise caller.Refused(401, "invalid_token", "The application is disabled.")
    asked, resource = _asked(caller.json_object(), client)
    account_id = ins_c_resolution.resolve(
        database(), settings(), client.pk, asked, visitor.origin()
    )
    with database().transaction() as tx:
        sub = subjects.subject_of(tx, account_id, resource.sector_identifier)
    found = {"sub": sub, "resource": resource.identifier}
    return Response(orjson.dumps(found), content_type=JSON)


def _asked(body: dict[str, Any], client: RegisteredClient) -> tuple[Asked, RegisteredResource]:
    """Raises InvalidMetadata with every problem; none repeats what was sent."""
    document = Document(body, MEMBERS)
    number, born = _ins_c(document), _birth_date(document)
    purpose = document.choice("purpose", "", list(Purpose))
    resource = provider().registry.resource(document.text("resource", required=True) or "")
    # Whose people an application does not ask an API about, it is not told their names there.
    if resource is None or client.scope.isdisjoint(resource.scopes) or not resource.pk:
        document.complain("resource", "is no API that the application is registered for")
    document.finish()
    assert number is not None
    assert born is not None
    assert resource is not None
    return Asked(number, born, Purpose(purpose), resource.identifier), resource


def _ins_c(document: Document) -> InsC | None:
    try:
        return ins_cs.parse(document.text("ins_c", required=True) or "")
    except InvalidValue:
        document.complain("ins_c", "is not an INS-C: 22 digits, of which the last two are a key")
        return None


def _birth_date(document: Document) -> BirthDate | None:
    try:
        return birth_date.parse(document.text("birth_date", required=True) or "")
    except InvalidValue:
        document.complain("birth_date", "is not a birth date: YYYY-MM-DD, what is unknown as 00")
        return None


@ins_c.errorhandler(Unknown)
def _unknown(refusal: Unknown) -> Response:
    """One answer, whichever of both is wrong."""
    return problems.answer(404, refusal.problems[0])


@ins_c.errorhandler(MustWait)
def _too_often(refusal: MustWait) -> Response:
    response = problems.answer(429, WAIT.format(refusal.seconds))
    response.headers["Retry-After"] = str(refusal.seconds)
    return response

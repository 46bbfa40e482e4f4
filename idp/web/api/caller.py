"""Who calls: an application with an access token of ours, which acts as an operator that an owner
made. No cookie is looked at: what a browser holds opens nothing here."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from idp.directory import machine_operators
from idp.directory.authority import Mandate
from idp.directory.documents import InvalidMetadata
from idp.directory.own_resources import OwnResource
from idp.directory.refusal import Refusal
from idp.models import Operator
from idp.oidc import standing
from idp.oidc.standing import Standing
from idp.web import problems
from idp.web.current import provider

JSON = "application/json"
NOT_SENT = "Send an access token in the header: Authorization: Bearer …"
NOT_GOOD = (
    "The access token is not good, or not for this API. Ask the token endpoint for one, by the "
    "client credentials grant with resource={}."
)
NOT_ENOUGH = "The access token lacks the scope {}. Register the application for it, and ask for it."
NOBODY = "The application acts as no operator. An owner makes it one: idp operators create-machine."


class Refused(Exception):
    """The call is refused before anything is done; `error` is one of RFC 6750, section 3.1."""

    def __init__(self, status: int, error: str | None, detail: str, scope: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.error = error
        self.detail = detail
        self.scope = scope


@dataclass
class Call:
    """Who calls and what was sent; the ORM objects belong to `session`, which only reads. `body` is
    the JSON object, `query` the parameters of the address."""

    session: Session
    operator: Operator
    mandate: Mandate
    query: Mapping[str, str]
    body: dict[str, object]


def bearer(resource: OwnResource, scope: str) -> Standing:
    """A machine's token for this API, with this scope, as it stands at this moment. Raises
    Refused."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        # "the resource server SHOULD NOT include an error code" (RFC 6750, section 3.1)
        raise Refused(401, None, NOT_SENT)
    with provider().database.transaction(writes=False) as tx:
        found = standing.read(provider(), tx, text.strip())
    identifier = resource.identifier(provider().settings.issuer)
    if (
        found is None
        or found.is_expired()
        or found.account_id is not None
        or identifier not in found.token.audience
    ):
        raise Refused(401, "invalid_token", NOT_GOOD.format(identifier))
    if scope not in found.scope:
        raise Refused(403, "insufficient_scope", NOT_ENOUGH.format(scope), scope)
    return found


def operator(session: Session, found: Standing) -> Operator:
    """As whom the application acts. Raises Refused."""
    acts_as = machine_operators.of_client(session, found.token.client_id)
    if acts_as is None:
        raise Refused(403, None, NOBODY)
    return acts_as


def json_object() -> dict[str, object]:
    """The body. Raises Refused."""
    if request.mimetype != JSON:
        raise Refused(415, None, problems.DETAILS[415])
    try:
        document = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Refused(400, None, "The body is not JSON.") from error
    if not isinstance(document, dict):
        raise Refused(400, None, "The body is not a JSON object.")
    return document


def answer_refusals(blueprint: Blueprint, resource: OwnResource) -> None:
    """What the verbs and this module refuse, as problems of this API."""

    @blueprint.errorhandler(Refused)
    def refused(refusal: Refused) -> Response:
        return _challenged(resource, refusal)

    @blueprint.errorhandler(InvalidMetadata)
    def invalid(refusal: InvalidMetadata) -> Response:
        """Every problem at once, each naming its member."""
        found = [sentence.partition(": ") for sentence in refusal.problems]
        wrong = [{"member": name, "detail": what} for name, colon, what in found if colon]
        return problems.answer(422, "; ".join(refusal.problems), problems=wrong)

    @blueprint.errorhandler(Refusal)
    def conflict(refusal: Refusal) -> Response:
        return problems.answer(409, " ".join(refusal.problems))


def _challenged(resource: OwnResource, refusal: Refused) -> Response:
    """With the challenge of RFC 6750, section 3, which says where to find out more (RFC 9728,
    section 5.1)."""
    response = problems.answer(refusal.status, refusal.detail)
    if refusal.status == 401 or refusal.error:
        metadata = provider().url(f"/.well-known/oauth-protected-resource{resource.path}")
        parts = {"realm": provider().settings.issuer, "resource_metadata": metadata}
        parts |= {"error": refusal.error} if refusal.error else {}
        parts |= {"scope": refusal.scope} if refusal.scope else {}
        words = ", ".join(f'{name}="{value}"' for name, value in parts.items())
        response.headers["WWW-Authenticate"] = f"Bearer {words}"
    return response

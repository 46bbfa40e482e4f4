"""Applications."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import abort, request
from sqlalchemy.orm import Session

from idp import clock
from idp.config import DAY
from idp.directory import (
    client_document,
    client_history,
    clients,
    machine_operators,
    operators,
    sectors,
)
from idp.directory.authority import Target, Verb
from idp.directory.clients import Registered, UnknownClient
from idp.directory.documents import InvalidMetadata
from idp.directory.own_resources import CLIENTS_MANAGE, CLIENTS_READ
from idp.models import Client, ClientChange, Organisation
from idp.web.api.caller import Call, Refused
from idp.web.api.operations import PREFIX, Answer, Found, Said, operation
from idp.web.api.parameters import LIMIT, USUAL, Cursor, Parameter
from idp.web.current import database, provider

LONGEST_OVERLAP = 90 * DAY
UNCONDITIONAL = (
    "Say which version you change: the header If-Match with the ETag that reading it gave."
)
CHANGED = "Somebody has changed it since. Read it again, and apply your change to what is there."


def application(session: Session, client_id: str) -> Found:
    try:
        client = clients.find(session, client_id)
    except UnknownClient:
        abort(404)
    acts_as = machine_operators.of_client(session, client_id)
    account_id = acts_as.account_id if acts_as else None
    return client, Target(client.organisation_id, client.id, account_id)


@operation("GET", "/clients", Said(
    verb=Verb.CLIENT_READ, scope=CLIENTS_READ, answer="ClientList",
    summary="The applications by client_id, or those that have a text.",
    query=(
        Parameter("text", "In the name, client_id, publisher or sector."),
        Parameter("after", "The client_id that the page before ended with: its `next`."),
        LIMIT,
    ),
))  # fmt: skip
def list_clients(call: Call) -> Answer:
    limit = int(call.query.get("limit", USUAL))
    text, last = call.query.get("text", ""), call.query.get("after", "")
    found = clients.after(call.session, text, last, limit + 1)
    shown = found[:limit]
    more = shown[-1].client_id if len(found) > limit else None
    return {"clients": [_view(call.session, one) for one in shown], "next": more}, 200, {}


@operation("POST", "/clients", Said(
    verb=Verb.CLIENT_REGISTER, scope=CLIENTS_MANAGE, answer="RegisteredClient", status=201,
    summary="Register an application, for the operator's organisation. The secret is told once.",
    body="Registration", headers=("ETag", "Location"), refusals=(409, 422),
))  # fmt: skip
def register_client(call: Call) -> Answer:
    own = call.operator.organisation_id
    call.mandate.check(Verb.CLIENT_REGISTER, Target(own))
    sector_uris = sectors.listed(provider().fetcher, call.body.get(sectors.NAME))
    with database().writing() as session:
        made = clients.register(
            session, call.body, actor="operator", sector_uris=sector_uris, organisation_id=own
        )
        document, headers = _told(session, made)
    provider().registry.look_again()
    return document, 201, headers | {"Location": f"{PREFIX}/clients/{document['client_id']}"}


@operation("GET", "/clients/{client_id}", Said(
    verb=Verb.CLIENT_READ, scope=CLIENTS_READ, finds=application, answer="Client",
    summary="An application, with its registration.", headers=("ETag",),
))  # fmt: skip
def read_client(call: Call, client: Client) -> Answer:
    document = _view(call.session, client)
    return document, 200, {"ETag": _etag(document)}


@operation("PUT", "/clients/{client_id}", Said(
    verb=Verb.CLIENT_UPDATE, scope=CLIENTS_MANAGE, finds=application, answer="RegisteredClient",
    summary="Replace the whole registration, if it is the version that If-Match names.",
    body="Registration", headers=("ETag",), required_headers=("If-Match",),
    refusals=(409, 412, 422, 428),
))  # fmt: skip
def replace_client(call: Call, client: Client) -> Answer:
    if "If-Match" not in request.headers:
        raise Refused(428, None, UNCONDITIONAL)
    named = call.body.setdefault("client_id", client.client_id)
    if named != client.client_id:
        raise InvalidMetadata("client_id: is not that of the address")
    sector_uris = sectors.listed(provider().fetcher, call.body.get(sectors.NAME))
    with database().writing() as session:
        present = clients.find(session, client.client_id, lock=True)
        # What the roles reach may be another's since the address was looked at.
        call.mandate.check(Verb.CLIENT_UPDATE, Target(present.organisation_id))
        if not request.if_match.contains(_bare(_etag(_view(session, present)))):
            raise Refused(412, None, CHANGED)
        made = clients.register(
            session, call.body, actor="operator", update=True, sector_uris=sector_uris
        )
        document, headers = _told(session, made)
    provider().registry.look_again()
    return document, 200, headers


@operation("POST", "/clients/{client_id}/secret", Said(
    verb=Verb.CLIENT_ROTATE_SECRET, scope=CLIENTS_MANAGE, finds=application, answer="Secret",
    summary="A new secret, told once; the old one is good for `overlap` more seconds.",
    body="Overlap", refusals=(409, 422),
))  # fmt: skip
def rotate_secret(call: Call, client: Client) -> Answer:
    overlap = call.body.get("overlap", 0)
    if type(overlap) is not int or not 0 <= overlap <= LONGEST_OVERLAP:
        raise InvalidMetadata(f"overlap: is not a number of seconds up to {LONGEST_OVERLAP}")
    if strangers := sorted(set(call.body) - {"overlap"}):
        raise InvalidMetadata(*(f"{name}: there is no such member" for name in strangers))
    with database().writing() as session:
        secret = clients.rotate_secret(session, client.client_id, actor="operator", overlap=overlap)
        until = clients.find(session, client.client_id).previous_secret_expires_at
    provider().registry.look_again()
    document = {
        "client_id": client.client_id,
        "client_secret": secret,
        "previous_secret_expires_at": moment(until),
    }
    return document, 200, {}


@operation("POST", "/clients/{client_id}/disable", Said(
    verb=Verb.CLIENT_DISABLE, scope=CLIENTS_MANAGE, finds=application, answer="Client",
    summary="Refuse an application everywhere, until it is enabled.", headers=("ETag",),
))  # fmt: skip
def disable_client(call: Call, client: Client) -> Answer:
    return _switched(clients.disable, client)


@operation("POST", "/clients/{client_id}/enable", Said(
    verb=Verb.CLIENT_ENABLE, scope=CLIENTS_MANAGE, finds=application, answer="Client",
    summary="Let a disabled application in again.", headers=("ETag",),
))  # fmt: skip
def enable_client(call: Call, client: Client) -> Answer:
    return _switched(clients.enable, client)


@operation("GET", "/clients/{client_id}/changes", Said(
    verb=Verb.CLIENT_READ, scope=CLIENTS_READ, finds=application, answer="ChangeList",
    summary="What was changed, newest first: by whom, and each old and new value.",
    query=(Cursor("before", "The number that the page before ended with: its `next`."), LIMIT),
))  # fmt: skip
def list_changes(call: Call, client: Client) -> Answer:
    limit, before = int(call.query.get("limit", USUAL)), call.query.get("before")
    found = client_history.latest(
        call.session, client, before=int(before) if before else None, limit=limit + 1
    )
    shown = found[:limit]
    more = str(shown[-1].id) if len(found) > limit else None
    return {"changes": [_change(call.session, one) for one in shown], "next": more}, 200, {}


def moment(at: int | None) -> str | None:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z") if at else None


def _switched(verb: Any, client: Client) -> Answer:
    with database().writing() as session:
        verb(session, client.client_id, actor="operator")
        document = _view(session, clients.find(session, client.client_id))
    provider().registry.look_again()
    return document, 200, {"ETag": _etag(document)}


def _view(session: Session, client: Client) -> dict[str, Any]:
    organisation = client.organisation_id and session.get_one(Organisation, client.organisation_id)
    until = client.previous_secret_expires_at or 0
    acts_as = machine_operators.of_client(session, client.client_id)
    return {
        "client_id": client.client_id,
        "state": client.state,
        "organisation": organisation.name if organisation else None,
        "registered_by": client.registered_by,
        "created_at": moment(client.created_at),
        "sector": client.sector_identifier,
        "previous_secret_expires_at": moment(until) if until > clock.now() else None,
        "acts_as": acts_as.name if acts_as else None,
        "registration": client_document.of(session, client),
    }


def _told(session: Session, made: Registered) -> tuple[dict[str, Any], dict[str, str]]:
    document = _view(session, made.client)
    return document | {"client_secret": made.client_secret}, {"ETag": _etag(document)}


def _etag(document: dict[str, Any]) -> str:
    written = orjson.dumps(document["registration"], option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(written).hexdigest()[:32]}"'


def _bare(etag: str) -> str:
    return etag.strip('"')


def _change(session: Session, change: ClientChange) -> dict[str, Any]:
    operator = operators.of_account(session, change.actor_id) if change.actor_id else None
    return {
        "number": str(change.id),
        "at": moment(change.at),
        "act": change.act,
        "actor": change.actor,
        "operator": operator.name if operator else None,
        "differences": [
            {"member": name, "old": old, "new": new} for name, (old, new) in change.changes.items()
        ],
    }

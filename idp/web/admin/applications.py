"""The applications: listed, searched, looked at."""

from typing import Any

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import clock
from idp.directory import client_history, clients, dashboard, operators
from idp.directory.authority import Target, Verb
from idp.directory.clients import UnknownClient
from idp.models import Client, ClientChange, Consent, Organisation, RegisteredBy
from idp.web.admin import application_words as words
from idp.web.admin import paging
from idp.web.admin.visit import Found, Visit, operated, page
from idp.web.current import provider
from idp.web.rendering import client_view, moment

BY_CONNECTIONS = "connections"

admin_applications = Blueprint("admin_applications", __name__, url_prefix="/admin/applications")


def application(session: Session, client_id: str) -> Found:
    """The application that the address names, or 404."""
    try:
        client = clients.find(session, client_id)
    except UnknownClient:
        abort(404)
    return client, Target(client.organisation_id, client_id=client.id)


@admin_applications.get("")
@operated(Verb.CLIENT_READ)
def index(visit: Visit) -> ResponseReturnValue:
    """Where one may see figures, with the connections of the last days."""
    asked, within = paging.asked(BY_CONNECTIONS), visit.mandate.within(Verb.DASHBOARD_READ)
    found, total = clients.search(
        visit.session,
        asked.text,
        offset=asked.offset,
        limit=paging.SIZE,
        counted=dashboard.recent(within) if asked.sort else None,
    )
    keys = [client.id for client in found]
    used, connections = _used(visit.session, keys), _connections(visit, keys)
    return page(
        "applications",
        visit,
        applications=[
            line(visit.session, client, client.id in used)
            | {"connections": connections.get(client.id, 0), "counted": _counted(visit, client)}
            for client in found
        ],
        counts=visit.mandate.may(Verb.DASHBOARD_READ),
        days=dashboard.RECENT_DAYS,
        paging=asked.view(total),
    )


def _counted(visit: Visit, client: Client) -> bool:
    return visit.mandate.may(Verb.DASHBOARD_READ, Target(client.organisation_id))


def _connections(visit: Visit, keys: list[int]) -> dict[int, int]:
    within = visit.mandate.within(Verb.DASHBOARD_READ)
    return dashboard.recent_connections(visit.session, keys, within)


@admin_applications.get("/<client_id>")
@operated(Verb.CLIENT_READ, application)
def show(visit: Visit, client: Client) -> ResponseReturnValue:
    target = Target(client.organisation_id)
    changes = client_history.latest(visit.session, client)
    return page(
        "application",
        visit,
        application=view(visit.session, client),
        mine=visit.mandate.may(Verb.CLIENT_UPDATE, target),
        changes=[_change(visit.session, change) for change in changes],
        methods_with_secret=words.WITH_SECRET,
    )


def line(session: Session, client: Client, used: bool) -> dict[str, Any]:
    """What the list tells of an application."""
    machine = not client.response_types
    return {
        **(client_view(provider().registry.client_by_pk(client.id)) or {}),
        "client_id": client.client_id,
        "state": client.state,
        "machine": machine,
        "level": None if machine else words.level(client.minimum_acr),
        "method": words.method(client.token_endpoint_auth_method),
        "organisation": _organisation(session, client),
        "self_registered": client.registered_by == RegisteredBy.REGISTRANT,
        "unused": not machine and not used,
    }


def view(session: Session, client: Client) -> dict[str, Any]:
    """What its own page tells."""
    optional = client.optional_scope.split()
    until = client.previous_secret_expires_at or 0
    kept = client.previous_secret_hash is not None and until > clock.now()
    return {
        **line(session, client, bool(_used(session, [client.id]))),
        "registration": client,
        "created_at": moment(client.created_at),
        "scopes": [
            (name, words.scope(name, provider().registry), name in optional)
            for name in client.scope.split()
        ],
        "old_secret_until": moment(until) if kept else None,
    }


def _used(session: Session, ids: list[int]) -> set[int]:
    """Those of them that anybody has agreed to."""
    query = select(Consent.client_id).where(Consent.client_id.in_(ids)).distinct()
    return set(session.scalars(query))


def _organisation(session: Session, client: Client) -> str | None:
    if client.organisation_id is None:
        return None
    return session.get_one(Organisation, client.organisation_id).name


def _change(session: Session, change: ClientChange) -> dict[str, Any]:
    operator = operators.of_account(session, change.actor_id) if change.actor_id else None
    return {
        "at": moment(change.at),
        "what": words.act(change.act),
        "who": operator.name if operator else words.actor(change.actor),
        "differences": [
            (name, words.value(old), words.value(new))
            for name, (old, new) in change.changes.items()
        ],
    }

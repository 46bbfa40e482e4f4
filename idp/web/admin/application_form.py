"""Registering an application, and changing what is registered."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from idp import crypto
from idp.config import LEVELS
from idp.directory import addresses, client_document, clients, own_resources, sectors
from idp.directory.addresses import BadAddress
from idp.directory.authority import Target, Verb
from idp.directory.client_vocabulary import ALGORITHMS, SCOPES
from idp.directory.clients import DuplicateClient, Registered
from idp.directory.documents import MAX_ITEMS, InvalidMetadata
from idp.models import Client
from idp.web.admin import application_draft as drafts
from idp.web.admin import application_words as words
from idp.web.admin.application_draft import Draft
from idp.web.admin.applications import application
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, provider
from idp.web.words import _

admin_application_form = Blueprint("admin_application_form", __name__, url_prefix="/admin")

FRESH_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


@admin_application_form.get("/new-application")
@operated(Verb.CLIENT_REGISTER)
def new(visit: Visit) -> ResponseReturnValue:
    return _page(visit, drafts.new(), None)


@admin_application_form.post("/new-application")
@operated(Verb.CLIENT_REGISTER)
def register(visit: Visit) -> ResponseReturnValue:
    """The page that answers shows the secret; sent again, the form finds its application there."""
    draft = drafts.of_form(request.form)
    own = visit.operator.organisation_id
    visit.mandate.check(Verb.CLIENT_REGISTER, Target(own))
    client_id = request.form.get("client_id", "")
    if not FRESH_ID.fullmatch(client_id):
        client_id = crypto.new_secret(clients.CLIENT_ID_BYTES)
    members = {name: value for name, value in draft.document.items() if value is not None}
    try:
        made = _write({**members, "client_id": client_id}, update=False, organisation_id=own)
    except DuplicateClient:
        flash(_("Cette application est déjà enregistrée."), "info")
        return redirect(url_for("admin_applications.show", client_id=client_id), 303)
    except InvalidMetadata as refusal:
        return _again(visit, draft, refusal, None)
    return page(
        "application_secret", visit, client=made.client, secret=made.client_secret, created=True
    )


@admin_application_form.get("/applications/<client_id>/edit")
@operated(Verb.CLIENT_UPDATE, application)
def edit(visit: Visit, client: Client) -> ResponseReturnValue:
    return _page(visit, drafts.of_document(client_document.of(visit.session, client)), client)


@admin_application_form.post("/applications/<client_id>/edit")
@operated(Verb.CLIENT_UPDATE, application)
def change(visit: Visit, client: Client) -> ResponseReturnValue:
    draft = drafts.of_form(request.form)
    document = drafts.merged(client_document.of(visit.session, client), draft)
    try:
        made = _write(document, update=True)
    except InvalidMetadata as refusal:
        return _again(visit, draft, refusal, client)
    if made.client_secret is not None:
        return page(
            "application_secret", visit, client=client, secret=made.client_secret, created=False
        )
    flash(_("C’est enregistré, et vaut dès maintenant."), "success")
    return redirect(url_for("admin_applications.show", client_id=client.client_id), 303)


@admin_application_form.post("/addresses")
@operated(Verb.CLIENT_REGISTER)
def check_addresses(visit: Visit) -> ResponseReturnValue:
    """What the page asks while addresses are typed, one a line."""
    native = request.form.get("kind") == drafts.MOBILE
    lines = request.form.get("addresses", "").split()[:MAX_ITEMS]
    return jsonify(addresses=[_checked(line, native) for line in lines])


def _checked(uri: str, native: bool) -> dict[str, Any]:
    try:
        addresses.redirect(uri, native=native)
    except BadAddress as refusal:
        return {"uri": uri, "ok": False, "text": words.wrong(str(refusal)).rstrip(".")}
    return {"uri": uri, "ok": True, "text": _("Valide")}


def _write(
    document: Mapping[str, Any], *, update: bool, organisation_id: int | None = None
) -> Registered:
    sector_uris = sectors.listed(provider().fetcher, document.get(sectors.NAME))
    with database().writing() as session:
        made = clients.register(
            session,
            document,
            actor="operator",
            update=update,
            sector_uris=sector_uris,
            organisation_id=organisation_id,
        )
    provider().registry.look_again()
    return made


def _again(
    visit: Visit, draft: Draft, refusal: InvalidMetadata, client: Client | None
) -> ResponseReturnValue:
    for sentence in refusal.problems:
        member, value, wrong = words.problem(sentence)
        beside = _("%(what)s : %(wrong)s", what=value, wrong=wrong) if value else wrong
        draft.problems.setdefault(_field_of(member), []).append(beside)
    return _page(visit, draft, client), 400


def _field_of(member: str) -> str:
    known = {*drafts.TEXTS, *drafts.LISTS, "jwks"}
    if member in {"optional_scope", "scope"}:
        return "scope"
    return member if member in known else ""


def _page(visit: Visit, draft: Draft, client: Client | None) -> str:
    registry = provider().registry
    scopes = [(name, words.scope(name, registry)) for name in clients.known_scopes(visit.session)]
    of_people, of_machines = len(SCOPES), len(scopes) - len(own_resources.SCOPES)
    return page(
        "application_form",
        visit,
        draft=draft,
        client=client,
        client_id=client.client_id if client else crypto.new_secret(clients.CLIENT_ID_BYTES),
        scopes_of_people=scopes[:of_people],
        scopes_of_resources=scopes[of_people:of_machines],
        scopes_of_machines=scopes[of_machines:],
        levels=[(acr, words.level(acr), words.level_hint(acr)) for acr in LEVELS],
        algorithms=ALGORITHMS,
        addresses=[
            _checked(uri, draft.kind == drafts.MOBILE)
            for uri in draft.lists.get("redirect_uris", [])
        ],
        errors=[
            (name, _labels().get(name, _("L’application")), wrongs[0])
            for name, wrongs in draft.problems.items()
        ],
        labels=_labels(),
    )


def _labels() -> dict[str, str]:
    return {
        "client_name": _("Nom affiché aux titulaires"),
        "publisher": _("Éditeur"),
        "redirect_uris": _("Adresses de retour"),
        "post_logout_redirect_uris": _("Adresses de retour après une déconnexion"),
        "client_uri": _("Son site"),
        "logo_uri": _("Son logo"),
        "policy_uri": _("Sa politique de données"),
        "tos_uri": _("Ses conditions"),
        "contacts": _("Adresses électroniques de ses responsables"),
        "scope": _("Ce qu’elle saura"),
        "minimum_acr": _("Niveau exigé"),
        "jwks": _("Sa clé publique (JWK Set)"),
        "jwks_uri": _("L’adresse de sa clé publique"),
        "sector_identifier": _("Hôte qui vaut pour elle"),
        "id_token_signed_response_alg": _("Signature de ses jetons d’identité"),
    }

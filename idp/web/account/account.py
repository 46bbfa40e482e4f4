"""Pages of the holder's space."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from idp.directory import consents as consent_verbs
from idp.identity import email_address, ins_c, login_identifier, nir, phone
from idp.identity.traits import Traits
from idp.models import (
    Account,
    Channel,
    ChannelKind,
    Client,
    ClientState,
    Consent,
    RegisteredBy,
)
from idp.oidc import initiate_login
from idp.oidc.registered_client import RegisteredClient
from idp.web import farewell, visitor
from idp.web.account import accesses
from idp.web.account.visit import Visit, urls, visited
from idp.web.claim_words import birth_day, title_of
from idp.web.current import database, provider
from idp.web.rendering import client_view, moment
from idp.web.words import _

account = Blueprint("account", __name__, url_prefix="/account")


@account.get("")
@visited
def home(visit: Visit) -> ResponseReturnValue:
    return _page(
        "home",
        visit,
        accesses=accesses.latest(visit),
        applications_count=visit.session.scalar(
            select(func.count()).where(Consent.account_id == visit.account.id)
        ),
    )


@account.get("/identity")
@visited
def identity(visit: Visit) -> ResponseReturnValue:
    return _page("identity", visit)


@account.get("/applications")
@visited
def applications(visit: Visit) -> ResponseReturnValue:
    rows = visit.session.scalars(
        select(Consent).where(Consent.account_id == visit.account.id).order_by(Consent.given_at)
    ).all()
    known = {row.client_id for row in rows}
    last_used = accesses.last_of_applications(visit)
    return _page(
        "applications",
        visit,
        applications=[_application(row, last_used.get(row.client_id)) for row in rows],
        others=[
            client_view(client) | {"start_url": initiate_login.address(provider(), client)}
            for client in _to_discover(visit)
            if client.pk not in known
        ],
    )


def _to_discover(visit: Visit) -> Iterator[RegisteredClient]:
    """The applications of operators that can be started from here. Who registered by itself does
    not get onto everybody's page by that."""
    query = select(Client.id).where(
        Client.registered_by == RegisteredBy.OPERATOR,
        Client.state == ClientState.ENABLED,
        Client.initiate_login_uri.is_not(None),
    )
    for pk in visit.session.scalars(query.order_by(Client.client_name)):
        if client := provider().registry.client_by_pk(pk):
            yield client


@account.get("/applications/start")
@visited
def start(visit: Visit) -> ResponseReturnValue:
    """One application by its client_id, whether or not it is known to the person yet. It is left
    by a link that says whereto: an address of ours must not send anybody to another site."""
    client = provider().registry.enabled_client(request.args.get("client_id", ""))
    start_url = initiate_login.address(provider(), client)
    if start_url is None:
        return redirect(urls()["applications"], 303)
    return _page(
        "start",
        visit,
        application=client_view(client),
        start_url=start_url,
        back_url=urls()["applications"],
    )


@account.get("/applications/<int:consent_id>/withdraw")
@visited
def withdraw(visit: Visit, consent_id: int) -> ResponseReturnValue:
    row = visit.session.get(Consent, consent_id) if consent_id < 2**63 else None
    if row is None or row.account_id != visit.account.id:
        return redirect(urls()["applications"], 303)
    return _page(
        "withdraw_confirm",
        visit,
        application=_application(row),
        action=_withdraw_url(row),
        back_url=urls()["applications"],
    )


@account.post("/applications/<int:consent_id>/withdraw")
@visited
def withdrawn(visit: Visit, consent_id: int) -> ResponseReturnValue:
    with database().writing() as session:
        name = consent_verbs.withdraw(
            session, visit.account.id, consent_id, actor="holder", origin=visitor.origin()
        )
    if name is not None:
        flash(_("%(name)s ne peut plus rien demander sur vous.", name=name), "success")
    return redirect(urls()["applications"], 303)


@account.get("/not-me")
@visited
def not_me(visit: Visit) -> ResponseReturnValue:
    return _page("not_me", visit, emergency_url=url_for("emergency.ask"))


@account.post("/sign-out")
@visited
def sign_out(visit: Visit) -> ResponseReturnValue:
    farewell.sign_out(visit.browser_session.id)
    return redirect(url_for("account.signed_out"), 303)


@account.get("/sign-out")
def reload() -> ResponseReturnValue:
    """The button's address, reloaded: the account if one is still there, or the way to it."""
    return redirect(urls()["home"], 303)


@account.get("/signed-out")
def signed_out() -> ResponseReturnValue:
    return farewell.page(None, None)


def _page(name: str, visit: Visit, **more: Any) -> str:
    return render_template(
        f"account/{name}.html",
        urls=urls(),
        holder=_holder(visit.account),
        channels=[_channel(channel) for channel in visit.account.channels],
        password_changed_at=moment(visit.account.password_changed_at),
        **more,
    )


def _holder(account: Account) -> dict[str, Any]:
    holder = account.holder
    identifier = login_identifier.display(account.login_identifier)
    if holder is None:
        return {"name": identifier, "identifier": identifier}
    traits, number = Traits.from_json(holder.traits), holder.ins_c
    return {
        "name": traits.display_name,
        "identifier": identifier,
        "birth_name": traits.birth_name,
        "first_names": " ".join(traits.first_names),
        "used_name": traits.used_name,
        "birth_date": birth_day(traits.birth_date),
        "sex": traits.sex,
        "birth_place": traits.birth_place_name,
        "address": holder.address,
        "organisation": holder.organisation.name,
        "organisation_address": holder.organisation.address,
        "nir": nir.display(nir.parse(holder.nir)),
        "ins_c": ins_c.parse(number).grouped if number else None,
        "former_ins_c": [
            ins_c.parse(each.value).grouped for each in reversed(holder.ins_c_history[:-1])
        ],
    }


def _channel(channel: Channel) -> dict[str, str]:
    if channel.kind == ChannelKind.SMS:
        shown, masked = phone.display(channel.value), phone.mask(channel.value)
    else:
        shown, masked = channel.value, email_address.mask(channel.value)
    return {"id": channel.kind, "value": shown, "masked": masked}


def _application(row: Consent, last_used: int | None = None) -> dict[str, Any]:
    client = provider().registry.client_by_pk(row.client_id)
    titles = [title_of(name, provider().registry) for name in row.granted]
    return {
        **(client_view(client) or {}),
        "claims": [title[0].lower() + title[1:] for title in dict.fromkeys(titles)],
        "since": moment(row.given_at),
        "last_used": moment(last_used),
        "start_url": initiate_login.address(provider(), client),
        "withdraw_url": _withdraw_url(row),
        "accesses_url": f"{urls()['accesses']}?application={row.client_id}",
    }


def _withdraw_url(row: Consent) -> str:
    return f"{urls()['applications']}/{row.id}/withdraw"

"""Pages of the holder's space."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from idp.directory import consents as consent_verbs
from idp.directory import sessions
from idp.identity import email_address, ins_c, login_identifier, nir, phone
from idp.identity.traits import Traits
from idp.models import Account, Channel, ChannelKind, Consent
from idp.web import visitor
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
    return _page("applications", visit, applications=[_application(row) for row in rows])


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
    return _page("not_me", visit)


@account.post("/sign-out")
@visited
def sign_out(visit: Visit) -> ResponseReturnValue:
    with database().writing() as session:
        sessions.end(
            session,
            visit.browser_session.id,
            actor="holder",
            reason="logout",
            origin=visitor.origin(),
        )
    visitor.forget_session()
    return redirect(url_for("account.signed_out"), 303)


@account.get("/sign-out")
def reload() -> ResponseReturnValue:
    """The button's address, reloaded: the account if one is still there, or the way to it."""
    return redirect(urls()["home"], 303)


@account.get("/signed-out")
def signed_out() -> ResponseReturnValue:
    return render_template("logged_out.html", back_url=None, account_url=urls()["home"])


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
        "nir": nir.display(nir.parse(holder.nir)),
        "ins_c": ins_c.parse(number).grouped if number else None,
    }


def _channel(channel: Channel) -> dict[str, str]:
    if channel.kind == ChannelKind.SMS:
        shown, masked = phone.display(channel.value), phone.mask(channel.value)
    else:
        shown, masked = channel.value, email_address.mask(channel.value)
    return {"id": channel.kind, "value": shown, "masked": masked}


def _application(row: Consent) -> dict[str, Any]:
    client = provider().registry.client_by_pk(row.client_id)
    titles = [title_of(name, provider().registry) for name in row.granted]
    return {
        **(client_view(client) or {}),
        "claims": [title[0].lower() + title[1:] for title in dict.fromkeys(titles)],
        "since": moment(row.given_at),
        "last_used": None,
        "withdraw_url": _withdraw_url(row),
    }


def _withdraw_url(row: Consent) -> str:
    return f"{urls()['applications']}/{row.id}/withdraw"

"""The holders: searched, listed, looked at."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import accounts, holder_search
from idp.directory.authority import Target, Verb
from idp.directory.holder_search import InvalidSearch, Wanted
from idp.directory.refusal import Refusal
from idp.identity import birth_date, login_identifier, nir
from idp.identity import ins_c as ins_cs
from idp.identity.traits import Traits
from idp.models import Account, AccountState, BrowserSession, Holder
from idp.web.admin import holder_draft, holder_history
from idp.web.admin import holder_words as words
from idp.web.admin.visit import Found, Visit, operated, page
from idp.web.current import database
from idp.web.rendering import moment

admin_holders = Blueprint("admin_holders", __name__, url_prefix="/admin/holders")

LONGEST_TYPED = 200
BIGGEST_KEY = 2**63 - 1


def holder(session: Session, identifier: str) -> Found:
    """The holder's account that the address names, or 404."""
    try:
        account = accounts.find(session, identifier)
    except Refusal:
        abort(404)
    if account.holder is None:
        abort(404)
    return account, Target(account.holder.organisation_id, account_id=account.id)


@admin_holders.get("")
@operated(Verb.HOLDER_READ)
def index(visit: Visit) -> ResponseReturnValue:
    state = request.args.get("state", "")
    with database().writing() as session:
        listing = holder_search.page(
            session,
            actor="operator",
            organisation_id=visit.mandate.within(Verb.HOLDER_READ),
            state=state if state in list(AccountState) else None,
            before=_key("before"),
            after=_key("after"),
        )
        lines = [_line(each) for each in listing.holders]
    return _page(
        visit,
        holders=lines,
        state=state,
        older=_beside(state, before=listing.older),
        newer=_beside(state, after=listing.newer),
    )


@admin_holders.post("/search")
@operated(Verb.HOLDER_READ)
def search(visit: Visit) -> ResponseReturnValue:
    """By a form that is posted: what identifies a person is in no address, and in no log of any."""
    typed = {name: request.form.get(name, "")[:LONGEST_TYPED] for name in ("number", "name")}
    born = request.form.get("birth_date", "")[:LONGEST_TYPED]
    wanted = Wanted(**typed, birth_date=birth_date.iso(born))
    try:
        with database().writing() as session:
            found = holder_search.search(
                session,
                database().keyring,
                wanted,
                actor="operator",
                organisation_id=visit.mandate.within(Verb.HOLDER_READ),
            )
            one = found[0].account.login_identifier if len(found) == 1 else None
            lines = [_line(each) for each in found]
    except InvalidSearch as refusal:
        problems = holder_draft.by_field(refusal.found)
        return _page(visit, typed=request.form, problems=problems), 400
    if one is not None:
        return redirect(url_for("admin_holders.show", identifier=one), 303)
    full = len(lines) == holder_search.PAGE
    return _page(visit, holders=lines, typed=request.form, searched=True, full=full)


@admin_holders.get("/search")
@operated(Verb.HOLDER_READ)
def reload(visit: Visit) -> ResponseReturnValue:
    """The form's address, reloaded."""
    return redirect(url_for("admin_holders.index"), 303)


@admin_holders.get("/<identifier>")
@operated(Verb.HOLDER_READ, holder)
def show(visit: Visit, account: Account) -> ResponseReturnValue:
    """Looking leaves a trace."""
    with database().writing() as session:
        accounts.consulted(session, account.id, actor="operator")
    return page(
        "holder",
        visit,
        holder=view(account),
        target=_target(account),
        sessions=_live_sessions(visit.session, account.id),
        history=holder_history.latest(
            visit.session,
            account.id,
            connections=visit.mandate.may(Verb.HOLDER_BLOCK, _target(account))
            or visit.mandate.may(Verb.TRAIL_READ, Target()),
        ),
    )


@admin_holders.get("/<identifier>/identifiers")
@operated(Verb.HOLDER_READ_IDENTIFIERS, holder)
def identifiers(visit: Visit, account: Account) -> ResponseReturnValue:
    """NIR and INS-C, on a page of their own: whoever wants the rest does not see them."""
    assert account.holder is not None
    with database().writing() as session:
        audit.record(
            session, "holder.identifiers_consulted", actor="operator", account_id=account.id
        )
    number = nir.Nir(account.holder.nir)
    return page(
        "holder_identifiers",
        visit,
        holder=view(account),
        nir=f"{number.body} {number.key}",
        ins_cs=[
            (ins_cs.parse(each.value).grouped, moment(each.created_at))
            for each in reversed(account.holder.ins_c_history)
        ],
    )


def view(account: Account) -> dict[str, Any]:
    """What every page about a holder may say."""
    assert account.holder is not None
    traits = Traits.from_json(account.holder.traits)
    return {
        **_line(account.holder),
        "civility": traits.civility,
        "birth_name": traits.birth_name,
        "used_name": traits.used_name,
        "first_names": ", ".join(traits.first_names),
        "birth_place": f"{traits.birth_place_name} ({traits.birth_place})",
        "address": account.holder.address,
        "channels": [(each.kind, accounts.masked(each), each.verified_at is not None)
                     for each in account.channels],
        "closes_at": moment(account.closes_at),
        "closing_motive": words.motive_of("account.closed", account.closing_motive or ""),
        "activated_at": moment(account.activated_at),
        "password_changed_at": moment(account.password_changed_at),
        "letter_until": moment(account.initial_password_expires_at),
        "letter_expired": (account.initial_password_expires_at or clock.now()) < clock.now(),
    }  # fmt: skip


def back(account: Account) -> ResponseReturnValue:
    """To the holder's page, once something was done."""
    identifier = account.login_identifier
    return redirect(url_for("admin_holders.show", identifier=identifier), 303)


def _line(holder: Holder) -> dict[str, Any]:
    """What the list tells of a holder."""
    traits = Traits.from_json(holder.traits)
    return {
        "identifier": holder.account.login_identifier,
        "shown": login_identifier.display(holder.account.login_identifier),
        "name": traits.display_name,
        "born": birth_date.parse(traits.birth_date),
        "organisation": holder.organisation.name,
        "state": holder.account.state,
        "badge": words.state(holder.account.state),
        "enrolled_at": moment(holder.created_at),
    }


def _page(visit: Visit, *, typed: Mapping[str, str] | None = None, **more: Any) -> str:
    problems = more.pop("problems", {})
    own = visit.mandate.within(Verb.HOLDER_READ) is not None
    return page(
        "holders",
        visit,
        typed=typed or {},
        problems=problems,
        errors=[
            (name, words.search_label(name), sentences[0]) for name, sentences in problems.items()
        ],
        states=[(state.value, words.state_filter(state)) for state in words.LISTED],
        own=own,
        **{"state": "", "searched": False, "holders": []} | more,
    )


def _target(account: Account) -> Target:
    assert account.holder is not None
    return Target(account.holder.organisation_id, account_id=account.id)


def _live_sessions(session: Session, account_id: int) -> int:
    query = select(func.count()).where(
        BrowserSession.account_id == account_id,
        BrowserSession.ended_at.is_(None),
        BrowserSession.expires_at > clock.now(),
    )
    return session.scalar(query) or 0


def _key(name: str) -> int | None:
    key = request.args.get(name, None, int)
    return key if key is not None and 0 < key <= BIGGEST_KEY else None


def _beside(state: str, **key: int | None) -> str | None:
    """The address of a page beside this one, where there is one."""
    if not any(key.values()):
        return None
    return f"{request.path}?{urlencode(({'state': state} if state else {}) | key)}"

"""An account blocked, opened again, closed: each asks why, and says first what it will do."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue

from idp.directory import accounts
from idp.directory.accounts import CloseMotive, Motive, UnblockMotive, WrongState
from idp.directory.authority import Verb
from idp.messages import wake
from idp.models import Account
from idp.web.admin import holder_words as words
from idp.web.admin.holders import back, holder, view
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, settings
from idp.web.words import _

admin_holder_acts = Blueprint(
    "admin_holder_acts", __name__, url_prefix="/admin/holders/<identifier>"
)

Motives = TypeVar("Motives", bound=StrEnum)


@admin_holder_acts.get("/block")
@operated(Verb.HOLDER_BLOCK, holder)
def ask_block(visit: Visit, account: Account) -> ResponseReturnValue:
    return page("holder_block", visit, holder=view(account), motives=words.choices(Motive))


@admin_holder_acts.post("/block")
@operated(Verb.HOLDER_BLOCK, holder)
def block(visit: Visit, account: Account) -> ResponseReturnValue:
    motive = _motive(Motive)
    try:
        with database().writing() as session:
            accounts.block(session, account.login_identifier, motive=motive, actor="operator")
    except WrongState:
        return _not_now(account)
    wake.wake(settings())
    flash(_("Le compte est bloqué : personne ne s’y connecte plus."), "success")
    return back(account)


@admin_holder_acts.get("/unblock")
@operated(Verb.HOLDER_UNBLOCK, holder)
def ask_unblock(visit: Visit, account: Account) -> ResponseReturnValue:
    return page(
        "holder_unblock",
        visit,
        holder=view(account),
        motives=words.choices(UnblockMotive),
        needs_letter=accounts.needs_letter(visit.session, account),
    )


@admin_holder_acts.post("/unblock")
@operated(Verb.HOLDER_UNBLOCK, holder)
def unblock(visit: Visit, account: Account) -> ResponseReturnValue:
    motive = _motive(UnblockMotive)
    try:
        with database().writing() as session:
            accounts.unblock(session, account.login_identifier, motive=motive, actor="operator")
    except WrongState:
        return _not_now(account)
    flash(_("Le compte est de nouveau ouvert, avec le mot de passe qu’il avait."), "success")
    return back(account)


@admin_holder_acts.get("/close")
@operated(Verb.HOLDER_CLOSE, holder)
def ask_close(visit: Visit, account: Account) -> ResponseReturnValue:
    return page("holder_close", visit, holder=view(account), motives=words.choices(CloseMotive))


@admin_holder_acts.post("/close")
@operated(Verb.HOLDER_CLOSE, holder)
def close(visit: Visit, account: Account) -> ResponseReturnValue:
    motive = _motive(CloseMotive)
    try:
        with database().writing() as session:
            accounts.close(session, account.login_identifier, motive=motive, actor="operator")
    except WrongState:
        return _not_now(account)
    wake.wake(settings())
    flash(_("Le compte est fermé, pour toujours."), "success")
    return back(account)


def _motive(kind: type[Motives]) -> Motives:
    """The one that was chosen; the form has one chosen from the start."""
    value = request.form.get("motive", "")
    if value not in list(kind):
        abort(400)
    return kind(value)


def _not_now(account: Account) -> ResponseReturnValue:
    flash(_("L’état du compte ne le permet pas, ou plus."), "info")
    return back(account)

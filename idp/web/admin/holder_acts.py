"""An account blocked, opened again, closed, kept after all: each asks why, and says first what it
will do."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp import clock
from idp.config import DAY
from idp.directory import accounts, closing_by_operator
from idp.directory.accounts import Motive, UnblockMotive, WrongState
from idp.directory.authority import Verb
from idp.directory.closing_by_operator import CloseMotive, KeepMotive
from idp.messages import wake
from idp.models import Account
from idp.web.admin import holder_words as words
from idp.web.admin.holders import back, holder, view
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, settings
from idp.web.rendering import moment
from idp.web.words import _

admin_holder_acts = Blueprint(
    "admin_holder_acts", __name__, url_prefix="/admin/holders/<identifier>"
)

Motives = TypeVar("Motives", bound=StrEnum)
# Shows the page that asks; with what is wrong about the motive.
Asks = Callable[..., str]


@admin_holder_acts.get("/block")
@operated(Verb.HOLDER_BLOCK, holder)
def ask_block(visit: Visit, account: Account) -> ResponseReturnValue:
    return _page("holder_block", Motive, visit, account)


@admin_holder_acts.post("/block")
@operated(Verb.HOLDER_BLOCK, holder)
def block(visit: Visit, account: Account) -> ResponseReturnValue:
    return _done(
        visit, account, Motive, partial(_page, "holder_block", Motive), accounts.block,
        _("Le compte est bloqué : personne ne s’y connecte plus."),
    )  # fmt: skip


@admin_holder_acts.get("/unblock")
@operated(Verb.HOLDER_UNBLOCK, holder)
def ask_unblock(visit: Visit, account: Account) -> ResponseReturnValue:
    return _unblock_page(visit, account)


@admin_holder_acts.post("/unblock")
@operated(Verb.HOLDER_UNBLOCK, holder)
def unblock(visit: Visit, account: Account) -> ResponseReturnValue:
    return _done(
        visit, account, UnblockMotive, _unblock_page, accounts.unblock,
        _("Le compte est de nouveau ouvert, avec le mot de passe qu’il avait."),
    )  # fmt: skip


@admin_holder_acts.get("/close")
@operated(Verb.HOLDER_CLOSE, holder)
def ask_close(visit: Visit, account: Account) -> ResponseReturnValue:
    return _close_page(visit, account)


@admin_holder_acts.post("/close")
@operated(Verb.HOLDER_CLOSE, holder)
def close(visit: Visit, account: Account) -> ResponseReturnValue:
    def ask(session: Session, typed: str, **why: Any) -> None:
        closing_by_operator.ask(session, settings(), typed, **why)

    return _done(
        visit, account, CloseMotive, _close_page, ask,
        _("La fermeture est demandée ; le titulaire en est averti."),
    )  # fmt: skip


@admin_holder_acts.get("/keep")
@operated(Verb.HOLDER_KEEP, holder)
def ask_keep(visit: Visit, account: Account) -> ResponseReturnValue:
    return _page("holder_keep", KeepMotive, visit, account)


@admin_holder_acts.post("/keep")
@operated(Verb.HOLDER_KEEP, holder)
def keep(visit: Visit, account: Account) -> ResponseReturnValue:
    return _done(
        visit, account, KeepMotive, partial(_page, "holder_keep", KeepMotive),
        closing_by_operator.undo, _("Le compte reste ; le titulaire en est averti."),
    )  # fmt: skip


def _done(
    visit: Visit,
    account: Account,
    kind: type[Motives],
    asks: Asks,
    verb: Callable[..., object],
    said: str,
) -> ResponseReturnValue:
    """The verb, for the motive that was chosen; asked again without one."""
    motive = request.form.get("motive", "")
    if motive not in list(kind):
        return asks(visit, account, motive_errors=[_("Choisissez-le.")]), 400
    try:
        with database().writing() as session:
            verb(session, account.login_identifier, motive=kind(motive), actor="operator")
    except WrongState:
        flash(_("L’état du compte ne le permet pas, ou plus."), "info")
        return back(account)
    wake.wake(settings())
    flash(said, "success")
    return back(account)


def _page(name: str, kind: type[StrEnum], visit: Visit, account: Account, **more: Any) -> str:
    wrong = more.setdefault("motive_errors", [])
    return page(
        name,
        visit,
        holder=view(account),
        motives=words.choices(kind),
        errors=[("motive", words.labels()["motive"], sentence) for sentence in wrong],
        **more,
    )


def _unblock_page(visit: Visit, account: Account, **more: Any) -> str:
    needs_letter = accounts.needs_letter(visit.session, account)
    return _page("holder_unblock", UnblockMotive, visit, account, needs_letter=needs_letter, **more)


def _close_page(visit: Visit, account: Account, **more: Any) -> str:
    closes_at = moment(clock.now() + settings().closing_days * DAY)
    return _page("holder_close", CloseMotive, visit, account, closes_at=closes_at, **more)

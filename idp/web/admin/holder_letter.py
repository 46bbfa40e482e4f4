"""A new letter: its PDF is in the page that answers, and nowhere else."""

import base64
from datetime import date

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from idp.directory import holders
from idp.directory.accounts import WrongState
from idp.directory.authority import Target, Verb
from idp.directory.holders import LetterMotive
from idp.identity import login_identifier
from idp.models import Account, AccountState
from idp.web.admin import holder_words as words
from idp.web.admin.holders import back, holder, view
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, provider, settings
from idp.web.words import _

admin_holder_letter = Blueprint(
    "admin_holder_letter", __name__, url_prefix="/admin/holders/<identifier>"
)


@admin_holder_letter.get("/letter")
@operated(Verb.HOLDER_RELETTER, holder)
def ask(visit: Visit, account: Account) -> ResponseReturnValue:
    return _page(visit, account)


@admin_holder_letter.post("/letter")
@operated(Verb.HOLDER_RELETTER, holder)
def make(visit: Visit, account: Account) -> ResponseReturnValue:
    """The form names the password that it replaces: sent again, it replaces nothing. It also opens
    an account that was blocked, for who may: the page says so."""
    if request.form.get("present") != _mark(account):
        flash(_("Un courrier vient d’être fait : celui-là vaut, aucun autre n’a été fait."), "info")
        return back(account)
    motive = request.form.get("motive", "")
    if motive not in list(LetterMotive):
        return _page(visit, account, ("motive", _("Motif"), _("Choisissez-le."))), 400
    blocked = account.state == AccountState.BLOCKED
    if blocked:
        assert account.holder is not None
        target = Target(account.holder.organisation_id, account_id=account.id)
        visit.mandate.check(Verb.HOLDER_UNBLOCK, target)
    try:
        made = holders.reletter(
            database(),
            settings(),
            account.login_identifier,
            actor="operator",
            motive=LetterMotive(motive),
            unblock=blocked,
        )
    except WrongState:
        flash(_("L’état du compte ne le permet pas, ou plus."), "info")
        return back(account)
    return handed_over(visit, made.login_identifier, made.valid_until, made.letter, enrolled=False)


def handed_over(
    visit: Visit, identifier: str, valid_until: date, letter: bytes, *, enrolled: bool
) -> str:
    """The page with the letter in it, as a link that saves it."""
    return page(
        "holder_letter",
        visit,
        identifier=identifier,
        shown=login_identifier.display(identifier),
        valid_until=valid_until,
        letter=base64.b64encode(letter).decode(),
        enrolled=enrolled,
    )


def _page(visit: Visit, account: Account, *errors: tuple[str, str, str]) -> str:
    return page(
        "holder_new_letter",
        visit,
        holder=view(account),
        present=_mark(account),
        blocked=account.state == AccountState.BLOCKED,
        closed=account.state == AccountState.CLOSED,
        motives=words.choices(LetterMotive),
        errors=list(errors),
    )


def _mark(account: Account) -> str:
    """Of the present password; tells nothing of it."""
    present = account.password_hash or account.initial_password_hash or ""
    return provider().keyring.mac("present-password", present.encode())[:9].hex()

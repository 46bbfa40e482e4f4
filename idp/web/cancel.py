"""The link of an announcement: whoever reads the old channel stops the new one. Following the link
does nothing, for mail scanners follow links too; the button does."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from idp import clock
from idp.directory import accounts, new_channels
from idp.messages import wake
from idp.models import Account, NewChannel
from idp.web import errors, visitor
from idp.web.current import database, settings
from idp.web.rendering import moment
from idp.web.words import _, language

cancel = Blueprint("cancel", __name__, url_prefix="/cancel")


@cancel.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    with database().reading() as session:
        row = new_channels.find(session, secret)
        if row is None or (row.effective_at or 0) <= clock.now():
            return _over()
        return _page(session.get_one(Account, row.account_id), row)


@cancel.post("/<secret>")
def submit(secret: str) -> ResponseReturnValue:
    with database().writing() as session:
        account_id = new_channels.cancel_by_link(
            session, secret, locale=language(), origin=visitor.origin()
        )
    if account_id is None:
        return _over()
    wake.wake(settings())
    return render_template("cancelled.html", factors_url="/account/factors")


def _page(account: Account, row: NewChannel) -> str:
    return render_template(
        "cancel.html",
        kind=row.kind,
        new=accounts.mask(row.kind, row.value),
        present=accounts.masked(account.channel(row.kind)),
        effective_at=moment(row.effective_at),
    )


def _over() -> ResponseReturnValue:
    return errors.page(
        404,
        _("Ce lien ne sert plus"),
        _("Le changement est déjà annulé, ou il a pris effet, ou un autre l’a remplacé."),
        _("Ce n’était pas vous ? Appelez l’assistance sans attendre."),
        back_url="/account",
        back_label=_("Mon compte"),
    )

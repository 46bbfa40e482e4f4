"""A holder's channel changed by whoever answers the telephone."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from idp.directory import channel_change
from idp.directory.accounts import WrongState
from idp.directory.authority import Verb
from idp.directory.channel_change import ChannelChange, InvalidChannel, Motive, Proof
from idp.messages import wake
from idp.models import Account, ChannelKind
from idp.web.admin import holder_draft as drafts
from idp.web.admin import holder_words as words
from idp.web.admin.holders import back, holder, view
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, settings
from idp.web.words import _

admin_holder_channel = Blueprint(
    "admin_holder_channel", __name__, url_prefix="/admin/holders/<identifier>"
)

LONGEST_TYPED = 300


@admin_holder_channel.get("/channel")
@operated(Verb.HOLDER_CHANGE_CHANNEL, holder)
def ask(visit: Visit, account: Account) -> ResponseReturnValue:
    kind = request.args.get("kind", ChannelKind.SMS.value)
    return _page(visit, account, {"kind": kind}, {})


@admin_holder_channel.post("/channel")
@operated(Verb.HOLDER_CHANGE_CHANNEL, holder)
def change(visit: Visit, account: Account) -> ResponseReturnValue:
    """Sent again, the form finds what it asked for done, and says so."""
    names = ("kind", "value", "proof", "motive", "act")
    typed = {name: request.form.get(name, "")[:LONGEST_TYPED] for name in names}
    value = "" if typed["act"] == "remove" else typed["value"]
    if not value and typed["act"] != "remove":
        return _again(visit, account, typed, {"value": [_("Il en faut un.")]})
    entered = ChannelChange(
        kind=typed["kind"], value=value, proof=typed["proof"], motive=typed["motive"]
    )
    try:
        with database().writing() as session:
            done = channel_change.change(
                session, database().keyring, account.login_identifier, entered, actor="operator"
            )
    except InvalidChannel as refusal:
        return _again(visit, account, typed, drafts.by_field(refusal.found))
    except WrongState:
        flash(_("Ce compte est fermé : il n’a plus de moyen de contact."), "info")
        return back(account)
    wake.wake(settings())
    if done.new:
        flash(_("Les codes arrivent maintenant à %(new)s. L’ancien et le nouveau en sont avertis.",
                new=done.new), "success")  # fmt: skip
    else:
        flash(_("%(old)s ne reçoit plus de code, et en est averti.", old=done.old), "success")
    return back(account)


def _again(
    visit: Visit, account: Account, typed: dict[str, str], problems: dict[str, list[str]]
) -> ResponseReturnValue:
    return _page(visit, account, typed, problems), 400


def _page(
    visit: Visit, account: Account, typed: dict[str, str], problems: dict[str, list[str]]
) -> str:
    return page(
        "holder_channel",
        visit,
        holder=view(account),
        typed=typed,
        problems=problems,
        errors=[(name, words.labels()[name], each[0]) for name, each in problems.items()],
        proofs=words.choices(Proof),
        motives=words.choices(Motive),
    )

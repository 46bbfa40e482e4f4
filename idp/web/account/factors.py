"""The ways to sign in: which there are, and the doors to those that can be added or removed."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from idp.factors import passkey_list, ways
from idp.identity import phone
from idp.models import ChannelKind, Passkey, Totp
from idp.web.account.visit import Visit, urls, visited
from idp.web.rendering import moment

factors = Blueprint("factors", __name__, url_prefix="/account")


@factors.get("/factors")
@visited
def show(visit: Visit) -> ResponseReturnValue:
    account = visit.account
    totp = visit.session.scalar(
        select(Totp).where(Totp.account_id == account.id, Totp.confirmed_at.is_not(None))
    )
    return render_template(
        "account/factors.html",
        urls=urls(),
        password_changed_at=moment(account.password_changed_at),
        channels=[
            phone.display(each.value) if each.kind == ChannelKind.SMS else each.value
            for each in account.channels
        ],
        passkeys=[view(each) for each in passkey_list.of(visit.session, account.id)],
        totp=totp and {"since": moment(totp.confirmed_at), "last_used": moment(totp.last_used_at)},
        recovery_codes=ways.of(visit.session, account.id).recovery_codes,
    )


def view(each: Passkey) -> dict[str, Any]:
    """A passkey as its owner knows it."""
    browser, _, system = each.made_with.partition("/")
    return {
        "id": each.id,
        "name": each.name,
        "synced": each.backup_eligible,
        "browser": browser,
        "system": system,
        "since": moment(each.created_at),
        "last_used": moment(each.last_used_at),
        "url": url_for("passkeys.show", passkey_id=each.id),
    }

"""Where codes and messages arrive: added, changed, removed, and a change stopped."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.directory import accounts, new_channels
from idp.factors import new_channel as factor
from idp.factors import ways
from idp.factors.guess import Verdict
from idp.factors.new_channel import Refused, Wanted
from idp.factors.one_time_code import CannotSend
from idp.identity import email_address, phone
from idp.identity.errors import InvalidValue
from idp.messages import wake
from idp.models import ChannelKind, NewChannel
from idp.web import channel_words as words
from idp.web import visitor
from idp.web.account.forms import ChannelForm
from idp.web.account.visit import Visit, confirmed, urls, visited
from idp.web.common_forms import CodeForm
from idp.web.current import database, settings
from idp.web.guess_words import refusal, unreadable
from idp.web.refusals import Said, tell, tell_of_code
from idp.web.rendering import moment
from idp.web.words import _, language

channels = Blueprint("channels", __name__, url_prefix="/account/channels")

KIND = "<any(mail, sms):kind>"
LONGEST_ADDRESS = 320
READ = {ChannelKind.MAIL: email_address.parse, ChannelKind.SMS: phone.parse}


@channels.get("")
@visited
def show(visit: Visit) -> ResponseReturnValue:
    waiting = factor.of(visit.session, visit.account.id)
    return render_template(
        "account/channels.html",
        urls=urls(),
        channels=[_view(visit, kind, waiting.get(kind)) for kind in ChannelKind],
        hours=settings().channel_change_wait // 3600,
    )


@channels.get(f"/{KIND}/new")
@confirmed
def new(visit: Visit, kind: str) -> ResponseReturnValue:
    return _new_page(visit, kind, ChannelForm(), [])


@channels.post(f"/{KIND}/new")
@confirmed
def ask(visit: Visit, kind: str) -> ResponseReturnValue:
    form = ChannelForm()
    typed = (form.value.data or "")[:LONGEST_ADDRESS]
    try:
        value = READ[ChannelKind(kind)](typed)
        _send(visit, kind, value)
    except InvalidValue as error:
        return _new_page(visit, kind, form, [words.misread(kind, error)]), 400
    except Refused as refused:
        return _new_page(visit, kind, form, [words.refused(refused)]), 400
    except CannotSend as refused:
        return _new_page(visit, kind, form, [words.cannot_send(refused)]), 400
    return redirect(url_for("channels.code", kind=kind), 303)


@channels.get(f"/{KIND}/code")
@confirmed
def code(visit: Visit, kind: str) -> ResponseReturnValue:
    return _code_page(visit, kind, CodeForm(), [])


@channels.post(f"/{KIND}/code")
@confirmed
def confirm(visit: Visit, kind: str) -> ResponseReturnValue:
    form = CodeForm()
    digits = form.digits
    if digits is None:
        return _code_page(visit, kind, form, [unreadable()])
    outcome = new_channels.confirm(
        database(),
        settings(),
        account_id=visit.account.id,
        kind=kind,
        typed=digits,
        locale=language(),
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _code_page(visit, kind, form, [refusal(outcome)])
    wake.wake(settings())
    waits = bool(visit.account.channels)
    flash(words.confirmed(kind, settings().channel_change_wait if waits else 0), "success")
    return redirect(urls()["channels"], 303)


@channels.post(f"/{KIND}/resend")
@confirmed
def resend(visit: Visit, kind: str) -> ResponseReturnValue:
    waiting = factor.of(visit.session, visit.account.id).get(kind)
    if waiting is None:
        return redirect(url_for("channels.new", kind=kind), 303)
    try:
        _send(visit, kind, waiting.value)
    except Refused:
        return redirect(urls()["channels"], 303)
    except CannotSend as refused:
        return _code_page(visit, kind, CodeForm(), [words.cannot_send(refused)])
    return redirect(url_for("channels.code", kind=kind), 303)


@channels.post(f"/{KIND}/cancel")
@visited
def cancel(visit: Visit, kind: str) -> ResponseReturnValue:
    with database().writing() as session:
        cancelled = new_channels.cancel(
            session, visit.account.id, kind, locale=language(), origin=visitor.origin()
        )
    if cancelled:
        wake.wake(settings())
        flash(_("Le changement est annulé."), "success")
    return redirect(urls()["channels"], 303)


@channels.get(f"/{KIND}/remove")
@confirmed
def remove(visit: Visit, kind: str) -> ResponseReturnValue:
    channel = visit.account.channel(kind)
    if channel is None:
        return redirect(urls()["channels"], 303)
    return render_template(
        "account/remove_channel.html", urls=urls(), kind=kind, shown=_shown(kind, channel.value)
    )


@channels.post(f"/{KIND}/remove")
@confirmed
def removed(visit: Visit, kind: str) -> ResponseReturnValue:
    try:
        with database().writing() as session:
            new_channels.remove(
                session, visit.account.id, kind, locale=language(), origin=visitor.origin()
            )
    except ways.LastWay:
        flash(
            _("C’est votre dernier moyen de contact : remplacez-le, il ne se retire pas."), "error"
        )
        return redirect(urls()["channels"], 303)
    wake.wake(settings())
    flash(words.removed(kind), "success")
    return redirect(urls()["channels"], 303)


@channels.get(f"/{KIND}/resend")
@channels.get(f"/{KIND}/cancel")
@visited
def reload(visit: Visit, kind: str) -> ResponseReturnValue:
    """A form's address, reloaded or in the other language."""
    return redirect(urls()["channels"], 303)


def _send(visit: Visit, kind: str, value: str) -> None:
    wanted = Wanted(visit.account.id, kind, value)
    factor.send(database(), settings(), wanted, locale=language())
    wake.wake(settings())


def _view(visit: Visit, kind: ChannelKind, waiting: NewChannel | None) -> dict[str, Any]:
    present = visit.account.channel(kind)
    return {
        "kind": kind.value,
        "shown": _shown(kind, present.value) if present else None,
        "since": moment(present.created_at) if present else None,
        "removable": present is not None and len(visit.account.channels) > 1,
        "waiting": waiting and _shown(kind, waiting.value),
        "effective_at": moment(waiting.effective_at) if waiting else None,
        "new_url": url_for("channels.new", kind=kind.value),
        "code_url": url_for("channels.code", kind=kind.value),
        "cancel_url": url_for("channels.cancel", kind=kind.value),
        "remove_url": url_for("channels.remove", kind=kind.value),
    }


def _shown(kind: str, value: str) -> str:
    return phone.display(value) if kind == ChannelKind.SMS else value


def _new_page(visit: Visit, kind: str, form: ChannelForm, errors: list[Said]) -> str:
    present = visit.account.channel(kind)
    return render_template(
        "account/new_channel.html",
        urls=urls(),
        kind=kind,
        form=form,
        errors=tell(form, errors),
        present=accounts.masked(present),
        action=url_for("channels.ask", kind=kind),
    )


def _code_page(visit: Visit, kind: str, form: CodeForm, errors: list[Said]) -> ResponseReturnValue:
    with database().reading() as session:
        waiting = factor.of(session, visit.account.id).get(kind)
    if waiting is None or waiting.confirmed_at is not None:
        return redirect(urls()["channels"], 303)
    page = render_template(
        "account/channel_code.html",
        urls=urls(),
        kind=kind,
        form=form,
        errors=tell_of_code(form, errors),
        shown=_shown(kind, waiting.value),
        sent_at=moment(waiting.code_sent_at),
        valid_until=moment(waiting.code_expires_at),
        resend_url=url_for("channels.resend", kind=kind),
        new_url=url_for("channels.new", kind=kind),
    )
    return page, 400 if errors else 200

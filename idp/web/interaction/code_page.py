"""The page of the one-time code: which channels there are, which code is waited for."""

from dataclasses import dataclass
from typing import Any

from flask import render_template

from idp import clock
from idp.factors import one_time_code as factor
from idp.factors import ways
from idp.identity import email_address, phone
from idp.models import Account, Channel, ChannelKind, OneTimeCode
from idp.web.common_forms import CodeForm
from idp.web.current import database, settings
from idp.web.interaction.code_words import reason
from idp.web.interaction.journey import Journey
from idp.web.refusals import Said
from idp.web.rendering import client_view, moment

MASKS = {ChannelKind.MAIL: email_address.mask, ChannelKind.SMS: phone.mask}


@dataclass
class State:
    """The channels of whom is asked, the code that this journey waits for, if any, and whether
    there is another way than codes that are sent."""

    channels: list[Channel]
    sent: OneTimeCode | None
    has_other_ways: bool

    @property
    def kinds(self) -> set[str]:
        return {channel.kind for channel in self.channels}


def account_id(journey: Journey) -> int:
    """Who is asked: the letter's addressee, or the person signed in."""
    if journey.activating is not None:
        assert journey.interaction.account_id is not None
        return journey.interaction.account_id
    assert journey.live is not None
    return journey.live.account_id


def read(journey: Journey) -> State:
    """As it is now. A code that has served, or that went where nobody writes to any more, is not
    waited for."""
    whom = account_id(journey)
    with database().reading() as session:
        state = State(
            list(session.get_one(Account, whom).channels),
            factor.latest(session, journey.interaction.id, whom),
            journey.activating is None and ways.of(session, whom).others_than_channels,
        )
    if state.sent and (state.sent.used_at is not None or state.sent.channel not in state.kinds):
        state.sent = None
    return state


def page(journey: Journey, state: State, form: CodeForm, errors: list[Said]) -> str:
    """Where to type the code, or where to send one."""
    common: dict[str, Any] = {
        "client": client_view(journey.client),
        "form": form,
        "errors": errors,
        "action": journey.url("code.submit"),
        "send_url": journey.url("code.send"),
        "not_mine_url": journey.url("code.not_mine"),
        "other_ways_url": journey.url("second_factor.show") if state.has_other_ways else None,
        "activation": journey.activating is not None,
        "reason": reason(journey),
        "minutes": settings().code_lifetime // 60,
    }
    by_kind = {channel.kind: view(channel) for channel in state.channels}
    if state.sent is None:
        channels = list(by_kind.values())
        return render_template("steps/channel_choice.html", channels=channels, **common)
    return render_template(
        "steps/code.html",
        channel=by_kind.pop(state.sent.channel),
        sent_at=moment(state.sent.created_at),
        valid_until=moment(state.sent.expires_at),
        resend_in=max(state.sent.created_at + settings().code_resend_after - clock.now(), 0),
        other_channels=[(each["id"], each["id"], each["masked"]) for each in by_kind.values()],
        help_open=bool(errors),
        **common,
    )


def view(channel: Channel) -> dict[str, str]:
    return {"id": channel.kind, "masked": MASKS[ChannelKind(channel.kind)](channel.value)}

"""What somebody asks for who cannot sign in: a new password, the identifier, a block.

The page that was asked only writes down what was typed, so that its answer and its work are the
same whether or not there is such a person. The worker looks, and writes to who is there.
"""

import os
import socket
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import audit
from idp.config import Settings
from idp.crypto import Keyring
from idp.db import Database
from idp.directory.accounts import CHANNEL
from idp.factors import link_codes, links
from idp.identity import contact
from idp.messages import delivery, kinds, wake
from idp.messages.channels.outcome import Proceed, Withdrawn
from idp.messages.delivery import Channel as Way
from idp.messages.kinds import Destination
from idp.models import Account, AccountState, Channel, ChannelKind, Link, LinkPurpose, Message

EVERY = 1  # seconds between two looks

# Of one mail address or number: a household may share it, and nobody has more accounts than this.
MOST_ACCOUNTS = 8

Answer = Callable[[Session, Settings, Keyring, Message], None]


def answer_lookups(database: Database, settings: Settings) -> int:
    """The worker's job: answer what was asked; returns how much that was."""
    name = f"{socket.gethostname()}:{os.getpid()}:lookup"
    answered = delivery.deliver_due(
        database, settings, name, channels={kinds.LOOKUP: _way(database)}
    )
    if answered:
        wake.wake(settings)
    return answered


def _way(database: Database) -> Way:
    def send(settings: Settings, message: Message, proceed: Proceed) -> None:
        if not proceed():
            raise Withdrawn("no longer to be answered")
        with database.writing() as session:
            ANSWERS[message.kind](session, settings, database.keyring, message)

    return Way(send)


def _password_lost(
    session: Session, settings: Settings, keyring: Keyring, message: Message
) -> None:
    """A link by mail and a code by SMS; who has one channel only, or no password that could be
    replaced, is told that it takes a letter."""
    typed, context = _asked(message)
    account = _holder(session, typed)
    if account is None or account.state == AccountState.CLOSED:
        return
    mail, sms = (account.channel(kind) for kind in (ChannelKind.MAIL, ChannelKind.SMS))
    if account.state != AccountState.ACTIVE or mail is None or sms is None:
        for channel in account.channels:
            kinds.recovery_by_letter(session, _to(account, channel, message))
        _event(session, "recovery.asked", account, outcome="by_letter")
        return
    link, token = links.give(
        session,
        LinkPurpose.RECOVERY,
        account_id=account.id,
        lifetime=settings.recovery_lifetime,
        detail=context,
    )
    session.flush()
    code, until = link_codes.give(keyring, link), link.expires_at
    kinds.recovery(session, _to(account, mail, message), expires_at=until, token=token)
    kinds.recovery(session, _to(account, sms, message), expires_at=until, code=code)
    _event(session, "recovery.asked", account)


def _identifier_lost(
    session: Session, settings: Settings, keyring: Keyring, message: Message
) -> None:
    """To the very channel that was typed, where somebody has proved that it is theirs."""
    typed, _ = _asked(message)
    indexes = keyring.blind_indexes(CHANNEL, contact.folded(typed))
    found = session.scalars(
        select(Channel)
        .join(Account)
        .where(
            Channel.value_index.in_(indexes),
            Channel.verified_at.is_not(None),
            Account.holder_id.is_not(None),
            Account.state != AccountState.CLOSED,
        )
        .order_by(Channel.id)
        .limit(MOST_ACCOUNTS)
    )
    for channel in found.all():
        account = channel.account
        kinds.login_identifier(
            session,
            _to(account, channel, message),
            login_identifier=account.login_identifier,
            expires_at=message.created_at + settings.recovery_lifetime,
        )
        _event(session, "identifier.sent", account, channel=channel.kind)


def _emergency(session: Session, settings: Settings, keyring: Keyring, message: Message) -> None:
    """One code by every channel, for one of them may be in somebody else's hands; the page that
    waits for it has its link already."""
    typed, context = _asked(message)
    account, link = _holder(session, typed), session.get(Link, context["link"])
    if account is None or link is None or account.state not in BLOCKABLE:
        return
    link.account_id, code = account.id, link_codes.give(keyring, link)
    for channel in account.channels:
        to = _to(account, channel, message)
        kinds.emergency_code(session, to, code=code, expires_at=link.expires_at)
    _event(session, "emergency.asked", account)


BLOCKABLE = frozenset({AccountState.ACTIVE, AccountState.AWAITING_ACTIVATION})

ANSWERS: dict[str, Answer] = {
    kinds.PASSWORD_LOST: _password_lost,
    kinds.IDENTIFIER_LOST: _identifier_lost,
    kinds.EMERGENCY: _emergency,
}


def _asked(message: Message) -> tuple[str, dict[str, Any]]:
    content = message.content or {}
    return content["recipient"], content["context"]


def _holder(session: Session, login_identifier: str) -> Account | None:
    """An operator's account is other operators' affair."""
    return session.scalar(
        select(Account).where(
            Account.login_identifier == login_identifier, Account.holder_id.is_not(None)
        )
    )


def _to(account: Account, channel: Channel, message: Message) -> Destination:
    return Destination(account.id, channel.kind, channel.value, message.locale)


def _event(session: Session, act: str, account: Account, **more: Any) -> None:
    audit.record(session, act, actor="system", account_id=account.id, **more)

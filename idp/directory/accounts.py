"""Accounts as the help desk handles them: found by their identifier, shown, blocked."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import DAY
from idp.crypto import Keyring
from idp.directory import closing, sessions
from idp.directory.refusal import Refusal
from idp.identity import contact, email_address, login_identifier, phone
from idp.identity.errors import InvalidValue
from idp.identity.traits import Traits
from idp.models import Account, AccountState, AuditEvent, Channel, ChannelKind, Holder

CHANNEL = "channel.value"
RETHINK = 7 * DAY

SENTENCES = {
    "length": "A login identifier has 12 digits.",
    "characters": "A login identifier has digits only.",
    "key": "The login identifier has a typing error: its last two digits do not fit the others.",
}


class UnknownAccount(Refusal):
    """No account has this login identifier, or it is not one."""


class WrongState(Refusal):
    """What was asked for cannot be done to an account in this state."""


class NeedsLetter(WrongState):
    """The account opens again with a new letter only."""


class Motive(StrEnum):
    """Why an account is blocked. A list, for what is typed freely would tell about a person."""

    HOLDER_REQUEST = "holder-request"
    LETTER_ASTRAY = "letter-astray"
    SUSPECTED_FRAUD = "suspected-fraud"
    DECEASED = "deceased"
    ENROLLED_IN_ERROR = "enrolled-in-error"


class UnblockMotive(StrEnum):
    """Why it is open again."""

    IDENTITY_PROVED = "identity-proved"
    BLOCKED_IN_ERROR = "blocked-in-error"


# After any other block the password may be in a stranger's hands.
PASSWORD_STAYS_GOOD = {Motive.HOLDER_REQUEST, Motive.DECEASED, Motive.ENROLLED_IN_ERROR}


@dataclass(frozen=True)
class AccountView:
    """What the help desk sees: channels masked, neither NIR nor secrets. Times in seconds."""

    login_identifier: str
    state: str
    civility: str | None
    name: str | None
    organisation: str | None
    ins_c: str | None
    mail: str | None
    mobile: str | None
    created_at: int
    activated_at: int | None
    initial_password_expires_at: int | None
    password_changed_at: int | None


def new(
    keyring: Keyring, login_identifier: str, *, mail: str | None, mobile: str | None
) -> Account:
    """An account that awaits its activation, with the channels that there are; not stored yet."""
    now = clock.now()
    channels = [
        Channel(
            kind=kind.value,
            value=value,
            value_index=channel_index(keyring, value),
            created_at=now,
        )
        for kind, value in ((ChannelKind.MAIL, mail), (ChannelKind.SMS, mobile))
        if value
    ]
    return Account(login_identifier=login_identifier, created_at=now, channels=channels)


def channel_index(keyring: Keyring, value: str) -> bytes:
    """By which a channel is found, whatever the capitals of its address."""
    return keyring.blind_index(CHANNEL, contact.folded(value))


def find(session: Session, typed: str, *, lock: bool = False) -> Account:
    """The account of a login identifier, typed with or without spaces; with `lock`, until the
    transaction ends nobody else changes it. Raises UnknownAccount."""
    try:
        identifier = login_identifier.parse(typed)
    except InvalidValue as error:
        raise UnknownAccount(SENTENCES[error.reason]) from error
    query = select(Account).where(Account.login_identifier == identifier)
    account = session.scalar(query.with_for_update() if lock else query)
    if account is None:
        raise UnknownAccount("No account has this login identifier.")
    return account


def show(session: Session, typed: str, *, actor: str) -> AccountView:
    """The account as the help desk may see it; looking leaves a trace, so the session writes.
    Raises UnknownAccount."""
    account = find(session, typed)
    consulted(session, account.id, actor=actor)
    return _view(account, account.holder)


def consulted(session: Session, account_id: int, *, actor: str) -> None:
    """Somebody looked at it."""
    audit.record(session, "account.consulted", actor=actor, account_id=account_id)


def block(session: Session, typed: str, *, motive: StrEnum, actor: str) -> int:
    """Nobody signs in with this account any more; its sessions and grants end. `motive` is one of a
    list, as Motive is. Returns how many sessions ended. Raises UnknownAccount, WrongState."""
    account = find(session, typed, lock=True)
    if account.state in {AccountState.BLOCKED, AccountState.CLOSED}:
        raise WrongState(f"The account is {account.state} already.")
    account.state = AccountState.BLOCKED
    # An operator's closing waits from here on, as the holder's own does.
    account.closing_motive = None
    audit.record(
        session, "account.blocked", actor=actor, account_id=account.id, motive=motive.value
    )
    return sessions.end_all(session, account.id, actor=actor, reason="account_blocked")


def unblock(session: Session, typed: str, *, motive: UnblockMotive, actor: str) -> Account:
    """The account is as it was before it was blocked, with the password it had; a closing that was
    asked for is dropped. Raises UnknownAccount, WrongState, NeedsLetter."""
    account = find(session, typed, lock=True)
    if account.state != AccountState.BLOCKED:
        raise WrongState(f"The account is not blocked, but {account.state}.")
    if needs_letter(session, account):
        raise NeedsLetter(
            "It was blocked because its password may be known to others: "
            "a new letter opens it (`idp holders reletter --unblock`)."
        )
    if account.closing_motive is not None:
        raise WrongState("The account is to be closed: undo that first.")
    reopen(session, account, motive=motive, actor=actor)
    closing.undo(session, account.id, actor=actor)
    return account


def reopen(session: Session, account: Account, *, motive: UnblockMotive, actor: str) -> None:
    """With the password it had."""
    activated = account.password_hash is not None
    account.state = AccountState.ACTIVE if activated else AccountState.AWAITING_ACTIVATION
    audit.record(
        session, "account.unblocked", actor=actor, account_id=account.id, motive=motive.value
    )


def needs_letter(session: Session, account: Account) -> bool:
    """Whether a blocked account opens with a new letter only: unless it was blocked for a reason
    that leaves the password with its owner. A reason that the trail has no more does not."""
    if account.password_hash is None and account.initial_password_hash is None:
        return True
    blocked = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.account_id == account.id, AuditEvent.act == "account.blocked")
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    return blocked is None or blocked.detail.get("motive") not in PASSWORD_STAYS_GOOD


def _view(account: Account, holder: Holder | None) -> AccountView:
    traits = Traits.from_json(holder.traits) if holder else None
    return AccountView(
        login_identifier=account.login_identifier,
        state=account.state,
        civility=traits.civility if traits else None,
        name=traits.display_name if traits else None,
        organisation=holder.organisation.name if holder else None,
        ins_c=holder.ins_c if holder else None,
        mail=masked(account.channel(ChannelKind.MAIL)),
        mobile=masked(account.channel(ChannelKind.SMS)),
        created_at=account.created_at,
        activated_at=account.activated_at,
        initial_password_expires_at=account.initial_password_expires_at,
        password_changed_at=account.password_changed_at,
    )


def masked(channel: Channel | None) -> str | None:
    """As the help desk and the operators see a channel."""
    if channel is None:
        return None
    return mask(channel.kind, channel.value)


def mask(kind: str, value: str) -> str:
    """An address or a number of which its owner alone knows the rest."""
    masks = {ChannelKind.MAIL.value: email_address.mask, ChannelKind.SMS.value: phone.mask}
    return masks[kind](value)

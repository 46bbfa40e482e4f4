"""A holder's channel replaced by the help desk, after a proof of identity: whoever has the old one
is told, and so is whoever has the new one."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from idp import audit, clock
from idp.crypto import Keyring
from idp.directory import accounts, sessions
from idp.directory.enrolment import SENTENCES, Problem
from idp.directory.refusal import Refusal
from idp.factors import notices, one_time_code, ways
from idp.identity import email_address, phone
from idp.identity.errors import InvalidValue
from idp.models import Account, AccountState, Channel, ChannelKind

LABELS = {ChannelKind.MAIL: "e-mail address", ChannelKind.SMS: "mobile number"}
READ = {ChannelKind.MAIL: email_address.parse, ChannelKind.SMS: phone.parse}


class Proof(StrEnum):
    """How the operator knows that it is the holder who asks."""

    IDENTITY_DOCUMENT = "identity-document"
    DOCUMENT_COPY = "document-copy"
    CALL_BACK = "call-back"


class Motive(StrEnum):
    """Why the channel changes."""

    LOST = "lost"
    REPLACED = "replaced"
    ENTERED_WRONG = "entered-wrong"
    COMPROMISED = "compromised"


class InvalidChannel(Refusal):
    """Every problem of what was entered; `found` says where each is."""

    def __init__(self, *found: Problem) -> None:
        super().__init__(*(each.sentence for each in found))
        self.found = found


@dataclass(frozen=True, kw_only=True)
class ChannelChange:
    """As entered: `kind` "mail" or "sms", `value` the new address or number, empty to remove the
    one that is there; `proof` and `motive` values of Proof and Motive."""

    kind: str
    value: str = field(repr=False)
    proof: str
    motive: str


@dataclass(frozen=True)
class Changed:
    """Both masked; `old` None where there was none, `new` None where it was removed."""

    account_id: int
    old: str | None
    new: str | None
    ended_sessions: int


def change(
    session: Session, keyring: Keyring, typed: str, entered: ChannelChange, *, actor: str
) -> Changed:
    """The new channel takes the old one's place, and the first code typed from it confirms it.
    Codes under way stop, sessions and grants end: they may be those of whoever has the old one.
    `wake.wake` follows the commit. Raises UnknownAccount, WrongState, InvalidChannel."""
    account = accounts.find(session, typed, lock=True)
    if account.state == AccountState.CLOSED or account.holder is None:
        raise accounts.WrongState("A closed account, or one without a holder, has no channels.")
    kind, value = _check(session, account, entered)
    before = account.channel(kind)
    told = {(each.kind, each.value) for each in account.channels}
    old = accounts.masked(before)
    _put(session, keyring, account, kind, value)
    if value:
        told.add((kind.value, value))
    one_time_code.void(session, account.id)
    # The old channel, the new one, and the other one.
    notices.tell(session, account.id, _what(before is None, value is None), also=sorted(told))
    audit.record(
        session,
        "channel.changed",
        actor=actor,
        account_id=account.id,
        channel=kind.value,
        removed=value is None,
        proof=entered.proof,
        motive=entered.motive,
    )
    ended = sessions.end_all(session, account.id, actor=actor, reason="channel_changed")
    return Changed(account.id, old, accounts.masked(account.channel(kind)), ended)


def _check(
    session: Session, account: Account, entered: ChannelChange
) -> tuple[ChannelKind, str | None]:
    """The kind, and the value as it is kept. Raises InvalidChannel."""
    found = []
    if entered.proof not in list(Proof):
        sentence = "The proof of identity is missing, or none that is accepted."
        found.append(Problem("proof", "missing", sentence))
    if entered.motive not in list(Motive):
        found.append(Problem("motive", "missing", "The motive is missing, or none of the list."))
    if entered.kind not in list(ChannelKind):
        found.append(Problem("kind", "missing", "The channel is neither mail nor sms."))
        raise InvalidChannel(*found)
    kind, value = ChannelKind(entered.kind), None
    try:
        value = READ[kind](entered.value) if entered.value.strip() else None
        found += _objections(session, account, kind, value)
    except InvalidValue as error:
        sentence = SENTENCES[("mail" if kind == ChannelKind.MAIL else "mobile", error.reason)]
        found.append(Problem("value", error.reason, f"The {LABELS[kind]} {sentence}."))
    if found:
        raise InvalidChannel(*found)
    return kind, value


def _objections(
    session: Session, account: Account, kind: ChannelKind, value: str | None
) -> list[Problem]:
    present = account.channel(kind)
    if value is None and present is None:
        return [Problem("value", "missing", f"The {LABELS[kind]} is missing.")]
    if value is not None and present is not None and present.value == value:
        return [Problem("value", "same", f"This {LABELS[kind]} is the present one.")]
    # A recovery sheet, a passkey may be lost with the telephone: one channel stays.
    if value is None and len(ways.of(session, account.id).channels) == 1:
        sentence = "The last channel can be replaced, not removed: codes would arrive nowhere."
        return [Problem("value", "last", sentence)]
    return []


def _put(
    session: Session, keyring: Keyring, account: Account, kind: ChannelKind, value: str | None
) -> None:
    present = account.channel(kind)
    if present is not None:
        account.channels.remove(present)
        session.delete(present)
        session.flush()
    if value is not None:
        account.channels.append(
            Channel(
                kind=kind.value,
                value=value,
                value_index=accounts.channel_index(keyring, value),
                created_at=clock.now(),
            )
        )
    session.flush()


def _what(is_new: bool, is_removed: bool) -> str:
    if is_removed:
        return notices.CHANNEL_REMOVED
    return notices.CHANNEL_ADDED if is_new else notices.CHANNEL_CHANGED

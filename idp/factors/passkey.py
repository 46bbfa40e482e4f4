"""Passkeys: made after a second factor, proved instead of one, or instead of everything."""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.db import Database
from idp.factors import ceremony, notices, passkey_list, throttle, ways
from idp.factors import challenge as challenges
from idp.factors.ceremony import Answer, Asserted, AssertionRefused, CreationRefused, Model
from idp.identity import login_identifier
from idp.identity.traits import Traits
from idp.models import Account, AccountState, Passkey

CERTIFICATE_END = b"-----END CERTIFICATE-----"


class Verdict(StrEnum):
    PROVED = "proved"
    REFUSED = "refused"
    UNKNOWN = "unknown_passkey"
    TOO_LATE = "challenge_used_or_expired"
    WRONG_ORIGIN = "wrong_origin"
    NOT_VERIFIED = "not_verified"
    CLONED = "cloned"
    BLOCKED = "account_blocked"
    MUST_WAIT = "must_wait"


@dataclass(frozen=True)
class Outcome:
    """`methods`: what was proved, in the words of RFC 8176; `wait`: seconds before the next try."""

    verdict: Verdict
    account_id: int | None = None
    methods: str = ""
    wait: int = 0


def rp_id(settings: Settings) -> str:
    """The issuer's host: passkeys belong to it."""
    return str(urlsplit(settings.issuer).hostname)


# Making one


def creation_options(
    session: Session, settings: Settings, account_id: int, *, bound_to: str
) -> dict[str, Any]:
    """What the browser is asked for a new passkey."""
    account = session.get_one(Account, account_id, with_for_update=True)
    if account.user_handle is None:
        account.user_handle = secrets.token_bytes(32)
    identifier = login_identifier.display(account.login_identifier)
    holder = account.holder
    return ceremony.creation_options(
        rp_id=rp_id(settings),
        rp_name=settings.brand_name,
        user_handle=account.user_handle,
        user_name=identifier,
        display_name=Traits.from_json(holder.traits).display_name if holder else identifier,
        challenge=challenges.give(session, settings, bound_to),
        existing=passkey_list.credential_ids(session, account_id),
        direct=settings.passkey_attestation == "direct",
    )


def enrol(
    database: Database,
    settings: Settings,
    *,
    account_id: int,
    bound_to: str,
    text: str,
    name: str,
    made_with: str,
    locale: str,
    origin: audit.Origin,
) -> None:
    """The passkey that the browser answers with becomes one of the account's. Raises
    CreationRefused."""
    try:
        challenge = ceremony.created_challenge(text)
        if not challenges.use(database, challenge, bound_to):
            raise CreationRefused("challenge_used_or_expired")
        created = ceremony.verify_creation(
            text,
            challenge=challenge,
            origin=settings.issuer,
            rp_id=rp_id(settings),
            model=_model(settings),
        )
        passkey = Passkey(
            account_id=account_id,
            name=name[: passkey_list.LONGEST_NAME],
            made_with=made_with,
            created_at=clock.now(),
            **vars(created),
        )
        _keep(database, settings, passkey, locale, origin)
    except CreationRefused as refusal:
        with database.writing() as session:
            _event(session, "passkey.enrolled", str(refusal), account_id, origin)
        raise


def _keep(
    database: Database, settings: Settings, passkey: Passkey, locale: str, origin: audit.Origin
) -> None:
    account_id = passkey.account_id
    try:
        with database.writing() as session:
            ways.lock(session, account_id)
            if (
                len(passkey_list.credential_ids(session, account_id))
                >= settings.passkeys_per_account
            ):
                raise CreationRefused("too_many")
            session.add(passkey)
            session.flush()
            _event(session, "passkey.enrolled", "success", account_id, origin)
            notices.tell(session, account_id, notices.PASSKEY_ADDED, locale)
    except IntegrityError as error:
        # Section 7.1: a credential that is known already MUST NOT be registered again.
        raise CreationRefused("refused") from error


def _model(settings: Settings) -> Model | None:
    if settings.passkey_attestation == "none":
        return None
    assert settings.passkey_attestation_roots is not None
    pem = settings.passkey_attestation_roots.read_bytes()
    parts = [part for part in pem.split(CERTIFICATE_END) if b"-----BEGIN" in part]
    return Model(settings.passkey_aaguids, tuple(part + CERTIFICATE_END for part in parts))


# Proving it


def request_options(
    session: Session,
    settings: Settings,
    account_id: int | None,
    *,
    bound_to: str,
    must_verify: bool,
) -> dict[str, Any]:
    """What the browser is asked for; without an account, for any passkey of ours."""
    return ceremony.request_options(
        rp_id=rp_id(settings),
        challenge=challenges.give(session, settings, bound_to),
        allowed=passkey_list.credential_ids(session, account_id) if account_id is not None else [],
        must_verify=must_verify,
    )


def verify(
    database: Database,
    settings: Settings,
    *,
    text: str,
    bound_to: str,
    account_id: int | None,
    must_verify: bool,
    origin: audit.Origin,
) -> Outcome:
    """Look at one answer. Without an account, the passkey says whose it is."""
    try:
        answer = ceremony.read_assertion(text)
    except AssertionRefused:
        return Outcome(Verdict.REFUSED)
    passkey = _find(database, answer, account_id)
    owner = passkey.account_id if passkey else account_id
    try:
        counters = _counters(database, settings, owner, origin)
        reserved = throttle.reserve(database, settings, counters)
    except throttle.MustWait as wait:
        _record(database, Verdict.MUST_WAIT, owner, origin)
        return Outcome(Verdict.MUST_WAIT, wait=wait.seconds)
    if not challenges.use(database, answer.challenge, bound_to):
        outcome = Outcome(Verdict.TOO_LATE)
    elif passkey is None:
        outcome = Outcome(Verdict.UNKNOWN)
    else:
        outcome = _judge(database, settings, answer, passkey, must_verify)
    _record(database, outcome.verdict, owner, origin)
    if outcome.verdict in {Verdict.PROVED, Verdict.BLOCKED}:
        throttle.forgive(database, reserved)
    return outcome


def _find(database: Database, answer: Answer, account_id: int | None) -> Passkey | None:
    """The passkey that answers, when it is the account's that is asked, or says who its own is."""
    with database.reading() as session:
        row = session.execute(
            select(Passkey, Account.user_handle)
            .join(Account, Account.id == Passkey.account_id)
            .where(Passkey.credential_id == answer.credential_id)
        ).first()
    if row is None:
        return None
    passkey, user_handle = row
    # Section 7.2, step 6: who was not known before MUST be named by the user handle.
    named = answer.user_handle == user_handle or (account_id and answer.user_handle is None)
    return passkey if named and account_id in {None, passkey.account_id} else None


def _counters(
    database: Database, settings: Settings, owner: int | None, origin: audit.Origin
) -> list[throttle.Counter]:
    """A passkey of nobody counts for the address; known ones for their account alone, and apart
    from its codes: whoever knows no password must not use up the holder's tries."""
    if owner is None:
        return [throttle.for_address(database.keyring, settings, origin.address)]
    return [throttle.for_secret(database.keyring, settings, "passkey", str(owner), None)]


def _judge(
    database: Database, settings: Settings, answer: Answer, passkey: Passkey, must_verify: bool
) -> Outcome:
    try:
        asserted = ceremony.verify_assertion(
            answer,
            challenge=answer.challenge,
            origin=settings.issuer,
            rp_id=rp_id(settings),
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            backup_eligible=passkey.backup_eligible,
            must_verify=must_verify,
        )
    except AssertionRefused as refusal:
        known = {each.value: each for each in Verdict}
        return Outcome(known.get(str(refusal), Verdict.REFUSED))
    return _settle(database, passkey, asserted)


def _settle(database: Database, passkey: Passkey, asserted: Asserted) -> Outcome:
    """The counter goes up by one conditional UPDATE: of two answers with one number, one wins."""
    with database.writing() as session:
        used = session.execute(
            update(Passkey)
            .where(
                Passkey.id == passkey.id,
                (Passkey.sign_count < asserted.sign_count)
                | ((Passkey.sign_count == 0) & (asserted.sign_count == 0)),
            )
            .values(
                sign_count=asserted.sign_count,
                backed_up=asserted.backed_up,
                last_used_at=clock.now(),
            )
            .returning(Passkey.id)
        ).first()
        state = session.scalars(select(Account.state).where(Account.id == passkey.account_id)).one()
    if used is None:
        return Outcome(Verdict.CLONED)
    if state != AccountState.ACTIVE:
        return Outcome(Verdict.BLOCKED)
    key = "swk" if passkey.backup_eligible else "hwk"
    methods = f"{key} user" if asserted.user_verified else key
    return Outcome(Verdict.PROVED, passkey.account_id, methods)


# The trail


def _record(
    database: Database, verdict: Verdict, account_id: int | None, origin: audit.Origin
) -> None:
    outcome = "success" if verdict == Verdict.PROVED else verdict.value
    with database.writing() as session:
        _event(session, "passkey.verified", outcome, account_id, origin)


def _event(
    session: Session, act: str, outcome: str, account_id: int | None, origin: audit.Origin
) -> None:
    audit.record(
        session, act, actor="holder", outcome=outcome, account_id=account_id, origin=origin
    )

"""Holders: as the console's operators handle them. What identifies a person stands in bodies, never
in an address but for the login identifier, which says nothing of anybody."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from flask import abort
from sqlalchemy.orm import Session

from idp.directory import (
    accounts,
    channel_change,
    closing_by_operator,
    corrections,
    holder_search,
    holders,
)
from idp.directory.accounts import Motive, UnblockMotive
from idp.directory.authority import Target, Verb
from idp.directory.channel_change import ChannelChange, InvalidChannel
from idp.directory.closing_by_operator import CloseMotive, KeepMotive
from idp.directory.documents import Document, InvalidMetadata
from idp.directory.enrolment import Enrolment, InvalidEnrolment, Problem
from idp.directory.holder_search import InvalidSearch, Wanted
from idp.directory.holders import LetterMotive
from idp.directory.organisations import UnknownOrganisation
from idp.directory.organisations import find as find_organisation
from idp.directory.own_resources import HOLDERS_MANAGE, HOLDERS_READ
from idp.directory.refusal import Refusal
from idp.identity.traits import Traits
from idp.messages import wake
from idp.models import Account, Holder
from idp.web.api.caller import Call
from idp.web.api.clients import moment
from idp.web.api.operations import Answer, Found, Said, operation
from idp.web.api.parameters import LIMIT, USUAL, Cursor
from idp.web.current import database, settings

Motives = TypeVar("Motives", bound=StrEnum)
TEXTS = (
    "birth_name", "used_name", "birth_date", "sex", "birth_place", "birth_place_name", "nir",
    "organisation", "mail", "mobile",
)  # fmt: skip
LISTS = ("first_names", "address")
OPTIONAL = frozenset({"used_name", "mail", "mobile"})
ENROLMENT = (*TEXTS, *LISTS)
# Of a correction neither the organisation nor a channel: these have verbs of their own.
CORRECTED = tuple(name for name in ENROLMENT if name not in {"organisation", "mail", "mobile"})


def holder(session: Session, login_identifier: str) -> Found:
    try:
        account = accounts.find(session, login_identifier)
    except Refusal:
        abort(404)
    if account.holder is None:
        abort(404)
    return account, Target(account.holder.organisation_id, account_id=account.id)


@operation("GET", "/holders", Said(
    verb=Verb.HOLDER_READ, scope=HOLDERS_READ, answer="HolderList",
    summary="The holders that the roles reach, the last enrolled first.",
    query=(Cursor("before", "The number that the page before ended with: its `next`."), LIMIT),
))  # fmt: skip
def list_holders(call: Call) -> Answer:
    before = call.query.get("before")
    with database().writing() as session:
        listing = holder_search.page(
            session,
            actor="operator",
            organisation_id=call.mandate.within(Verb.HOLDER_READ),
            before=int(before) if before else None,
            limit=int(call.query.get("limit", USUAL)),
        )
        return _list(listing.holders, str(listing.older) if listing.older else None)


@operation("POST", "/holder-search", Said(
    verb=Verb.HOLDER_READ, scope=HOLDERS_READ, answer="HolderList", body="Search",
    summary="By `number` (login identifier, INS-C, NIR), or by `name` with `birth_date`.",
    refusals=(422,),
))  # fmt: skip
def search_holders(call: Call) -> Answer:
    document = Document(call.body, ("number", "name", "birth_date"))
    typed = {name: document.text(name) or "" for name in ("number", "name", "birth_date")}
    document.finish()
    try:
        with database().writing() as session:
            found = holder_search.search(
                session,
                database().keyring,
                Wanted(**typed),
                actor="operator",
                organisation_id=call.mandate.within(Verb.HOLDER_READ),
            )
            return _list(found, None)
    except InvalidSearch as refusal:
        raise _named(refusal.found) from refusal


@operation("GET", "/holders/{login_identifier}", Said(
    verb=Verb.HOLDER_READ, scope=HOLDERS_READ, finds=holder, answer="Holder",
    summary="A holder, channels masked; neither NIR nor INS-C. Looking stands in the trail.",
))  # fmt: skip
def read_holder(call: Call, account: Account) -> Answer:
    with database().writing() as session:
        accounts.consulted(session, account.id, actor="operator")
    return _told(account.login_identifier)


@operation("POST", "/holders", Said(
    verb=Verb.HOLDER_ENROL, scope=HOLDERS_MANAGE, answer="Letter", status=201, body="Enrolment",
    summary="Enrol a holder. The letter, a PDF in base64, is handed over here and nowhere else.",
    refusals=(409, 422),
))  # fmt: skip
def enrol_holder(call: Call) -> Answer:
    entered = _entered(call.body, ENROLMENT)
    try:
        organisation_id = find_organisation(call.session, entered.organisation).id
    except UnknownOrganisation as refusal:
        raise InvalidMetadata(f"organisation: {refusal}") from refusal
    call.mandate.check(Verb.HOLDER_ENROL, Target(organisation_id))
    try:
        made = holders.enrol(database(), settings(), entered, actor="operator")
    except InvalidEnrolment as refusal:
        raise _named(refusal.found) from refusal
    return _letter(made.login_identifier, made.valid_until.isoformat(), made.letter, 201)


@operation("POST", "/holders/{login_identifier}/letter", Said(
    verb=Verb.HOLDER_RELETTER, scope=HOLDERS_MANAGE, finds=holder, answer="Letter",
    summary="A new letter; the password before it stops, and sessions end. `unblock` opens a "
    "blocked account too.", body="Lettering", refusals=(409, 422),
))  # fmt: skip
def reletter_holder(call: Call, account: Account) -> Answer:
    document = Document(call.body, ("motive", "unblock"))
    motive, unblock = _motive(document, LetterMotive), document.flag("unblock", False)
    document.finish()
    if unblock:
        call.mandate.check(Verb.HOLDER_UNBLOCK, _target(account))
    made = holders.reletter(
        database(), settings(), account.login_identifier, actor="operator",
        motive=LetterMotive(motive), unblock=unblock,
    )  # fmt: skip
    return _letter(made.login_identifier, made.valid_until.isoformat(), made.letter, 200)


@operation("POST", "/holders/{login_identifier}/channel", Said(
    verb=Verb.HOLDER_CHANGE_CHANNEL, scope=HOLDERS_MANAGE, finds=holder, answer="Holder",
    summary="Replace a channel after a proof of identity; old and new are told. An empty value "
    "removes it.", body="ChannelChange", refusals=(409, 422),
))  # fmt: skip
def change_channel(call: Call, account: Account) -> Answer:
    names = ("kind", "value", "proof", "motive")
    document = Document(call.body, names)
    values = {name: document.text_of_any_length(name) or "" for name in names}
    document.finish()
    try:
        with database().writing() as session:
            channel_change.change(
                session, database().keyring, account.login_identifier, ChannelChange(**values),
                actor="operator",
            )  # fmt: skip
    except InvalidChannel as refusal:
        raise _named(refusal.found) from refusal
    return _done(account)


@operation("PUT", "/holders/{login_identifier}/traits", Said(
    verb=Verb.HOLDER_CORRECT, scope=HOLDERS_MANAGE, finds=holder, answer="Holder",
    summary="Replace traits, NIR and address; the INS-C follows, and former ones stay known.",
    body="Correction", refusals=(409, 422),
))  # fmt: skip
def correct_holder(call: Call, account: Account) -> Answer:
    motive = _motive(Document(call.body, (*CORRECTED, "motive")), corrections.Motive, finish=True)
    traits = {name: value for name, value in call.body.items() if name != "motive"}
    try:
        with database().writing() as session:
            corrections.correct(
                session, database().keyring, account.login_identifier, _entered(traits, CORRECTED),
                motive=corrections.Motive(motive), actor="operator",
            )  # fmt: skip
    except InvalidEnrolment as refusal:
        raise _named(refusal.found) from refusal
    return _done(account)


@operation("POST", "/holders/{login_identifier}/block", Said(
    verb=Verb.HOLDER_BLOCK, scope=HOLDERS_MANAGE, finds=holder, answer="Holder", body="Blocking",
    summary="Nobody signs in with the account any more; sessions end.", refusals=(409, 422),
))  # fmt: skip
def block_holder(call: Call, account: Account) -> Answer:
    return _with_motive(call, account, Motive, accounts.block)


@operation("POST", "/holders/{login_identifier}/unblock", Said(
    verb=Verb.HOLDER_UNBLOCK, scope=HOLDERS_MANAGE, finds=holder, answer="Holder",
    summary="Open a blocked account again, with the password it had.",
    body="Unblocking", refusals=(409, 422),
))  # fmt: skip
def unblock_holder(call: Call, account: Account) -> Answer:
    return _with_motive(call, account, UnblockMotive, accounts.unblock)


@operation("POST", "/holders/{login_identifier}/close", Said(
    verb=Verb.HOLDER_CLOSE, scope=HOLDERS_MANAGE, finds=holder, answer="Holder", body="Closing",
    summary="Close the account for ever, at `closes_at`; sessions end at once, the holder is told.",
    refusals=(409, 422),
))  # fmt: skip
def close_holder(call: Call, account: Account) -> Answer:
    def ask(session: Session, typed: str, **why: Any) -> None:
        closing_by_operator.ask(session, settings(), typed, **why)

    return _with_motive(call, account, CloseMotive, ask)


@operation("POST", "/holders/{login_identifier}/keep", Said(
    verb=Verb.HOLDER_KEEP, scope=HOLDERS_MANAGE, finds=holder, answer="Holder", body="Keeping",
    summary="Undo a closing that was asked for; the holder is told.", refusals=(409, 422),
))  # fmt: skip
def keep_holder(call: Call, account: Account) -> Answer:
    return _with_motive(call, account, KeepMotive, closing_by_operator.undo)


def _with_motive(call: Call, account: Account, kind: type[Motives], verb: Any) -> Answer:
    motive = kind(_motive(Document(call.body, ("motive",)), kind, finish=True))
    with database().writing() as session:
        verb(session, account.login_identifier, motive=motive, actor="operator")
    return _done(account)


def _motive(document: Document, kind: type[StrEnum], *, finish: bool = False) -> str:
    value = document.choice("motive", "", list(kind))
    if finish:
        document.finish()
    return value


def _entered(body: dict[str, Any], members: Collection[str]) -> Enrolment:
    """As entered; of its kind is checked here, what it says by the verb. Raises InvalidMetadata."""
    document = Document(body, members)
    values: dict[str, Any] = {name: document.text_of_any_length(name) for name in TEXTS}
    for name in set(members) - OPTIONAL:
        if not document.has(name):
            document.complain(name, "is missing")
        elif name in TEXTS and not str(values[name]).isprintable():
            document.complain(name, "is not a line of text")
    values |= {name: tuple(document.texts(name, [])) for name in LISTS}
    document.finish()
    missing = {name: "" for name, value in values.items() if value is None and name not in OPTIONAL}
    return Enrolment(**values | missing)


def _named(found: Sequence[Problem]) -> InvalidMetadata:
    return InvalidMetadata(*(f"{problem.field}: {problem.sentence}" for problem in found))


def _target(account: Account) -> Target:
    assert account.holder is not None
    return Target(account.holder.organisation_id, account_id=account.id)


def _done(account: Account) -> Answer:
    wake.wake(settings())
    return _told(account.login_identifier)


def _told(login_identifier: str) -> Answer:
    with database().reading() as session:
        account = accounts.find(session, login_identifier)
        assert account.holder is not None
        return _line(account.holder), 200, {}


def _list(found: Sequence[Holder], following: str | None) -> Answer:
    return {"holders": [_line(one) for one in found], "next": following}, 200, {}


def _line(one: Holder) -> dict[str, Any]:
    traits, account = Traits.from_json(one.traits), one.account
    return {
        "login_identifier": account.login_identifier,
        "name": traits.display_name,
        "birth_date": traits.birth_date,
        "organisation": one.organisation.name,
        "state": account.state,
        "mail": accounts.masked(account.channel("mail")),
        "mobile": accounts.masked(account.channel("sms")),
        "enrolled_at": moment(one.created_at),
        "activated_at": moment(account.activated_at),
        "closes_at": moment(account.closes_at),
    }


def _letter(identifier: str, valid_until: str, letter: bytes, status: int) -> Answer:
    document = {
        "login_identifier": identifier,
        "valid_until": valid_until,
        "letter": b64encode(letter).decode(),
    }
    return document, status, {}

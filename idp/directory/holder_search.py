"""Finding holders: by what they say of themselves, or page by page. What is sealed is looked for by
its blind index; only who was found is opened."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from idp import audit
from idp.crypto import Keyring
from idp.directory.enrolment import Problem
from idp.directory.holders import INS_C, NAME, NIR
from idp.directory.refusal import Refusal
from idp.identity import birth_date, ins_c, login_identifier, names, nir
from idp.identity.errors import InvalidValue
from idp.identity.typed_text import without_separators
from idp.models import Account, Holder, HolderInsC, HolderName

PAGE = 25
Query = Select[Holder]


class InvalidSearch(Refusal):
    """What was typed finds nobody whatever; `found` says in which field."""

    def __init__(self, *found: Problem) -> None:
        super().__init__(*(each.sentence for each in found))
        self.found = found


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """As typed: a `number`, which is a login identifier, an INS-C (a former one too) or a NIR; or
    a `name` (birth name, used name, first names, any of them) with the `birth_date`,
    `YYYY-MM-DD`."""

    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)


@dataclass(frozen=True)
class Listing:
    """A page, the newest first. `older` and `newer` are the keys to ask for the pages beside it,
    None where there is none."""

    holders: Sequence[Holder]
    older: int | None
    newer: int | None


def search(
    session: Session,
    keyring: Keyring,
    wanted: Wanted,
    *,
    actor: str,
    organisation_id: int | None = None,
    limit: int = PAGE,
) -> Sequence[Holder]:
    """Who matches, `limit` of them at most; with `organisation_id`, of that one alone. Searching
    leaves a trace, so the session writes; it says by what, never for whom. Raises InvalidSearch."""
    by, query = _query(keyring, wanted)
    if organisation_id is not None:
        query = query.where(Holder.organisation_id == organisation_id)
    found = session.scalars(query.order_by(Holder.id.desc()).limit(limit)).all()
    audit.record(
        session,
        "holder.searched",
        actor=actor,
        account_id=found[0].account.id if len(found) == 1 else None,
        by=by,
        found=len(found),
    )
    return found


def page(
    session: Session,
    *,
    actor: str,
    organisation_id: int | None = None,
    state: str | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Listing:
    """The holders enrolled before (or after) the one with this key; without either, the newest.
    Looking leaves a trace, so the session writes."""
    # With a state, the account's index has the order.
    key = Account.holder_id if state else Holder.id
    query = _all()
    if organisation_id is not None:
        query = query.where(Holder.organisation_id == organisation_id)
    if state:
        query = query.where(Account.state == state)
    forwards = after is not None
    if forwards:
        query = query.where(key > after).order_by(key)
    else:
        query = query.where(key < before) if before is not None else query
        query = query.order_by(key.desc())
    found = list(session.scalars(query.limit(limit + 1)))
    more, found = len(found) > limit, found[:limit]
    if forwards:
        found.reverse()
    audit.record(session, "holder.listed", actor=actor, found=len(found))
    beyond = (before is not None, more) if not forwards else (more, True)
    newer, older = beyond
    return Listing(
        found,
        older=found[-1].id if found and older else None,
        newer=found[0].id if found and newer else None,
    )


def _all() -> Query:
    return (
        select(Holder)
        .join(Account, Account.holder_id == Holder.id)
        .options(contains_eager(Holder.account), joinedload(Holder.organisation))
    )


def _query(keyring: Keyring, wanted: Wanted) -> tuple[str, Query]:
    if wanted.number.strip():
        return _by_number(keyring, wanted.number)
    return "name", _by_name(keyring, wanted)


def _by_number(keyring: Keyring, typed: str) -> tuple[str, Query]:
    """The three are told apart by their length."""
    length = len(without_separators(typed))
    try:
        if length == login_identifier.LENGTH:
            identifier = login_identifier.parse(typed)
            return "login_identifier", _all().where(Account.login_identifier == identifier)
        if length == ins_c.NUMBER_LENGTH + ins_c.KEY_LENGTH:
            indexes = keyring.blind_indexes(INS_C, str(ins_c.parse(typed)))
            owner = select(HolderInsC.holder_id).where(HolderInsC.value_index.in_(indexes))
            return "ins_c", _all().where(Holder.id.in_(owner))
        body = nir.parse(typed).body
    except InvalidValue as error:
        sentence = "This is no login identifier, no INS-C and no NIR: there is a typing error."
        raise InvalidSearch(Problem("number", error.reason, sentence)) from error
    return "nir", _all().where(Holder.nir_index.in_(keyring.blind_indexes(NIR, body)))


def _by_name(keyring: Keyring, wanted: Wanted) -> Query:
    words = names.words(wanted.name)
    if not words:
        sentence = "There must be a number, or a name with the birth date."
        raise InvalidSearch(Problem("name", "missing", sentence))
    try:
        born = birth_date.parse(wanted.birth_date)
    except InvalidValue as error:
        sentence = "With a name there must be the birth date, written YYYY-MM-DD."
        raise InvalidSearch(Problem("birth_date", error.reason, sentence)) from error
    query = _all()
    for word in words:
        indexes = keyring.blind_indexes(NAME, f"{word} {born}")
        owners = select(HolderName.holder_id).where(HolderName.value_index.in_(indexes))
        query = query.where(Holder.id.in_(owners))
    return query

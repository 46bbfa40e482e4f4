import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from idp.config import DAY, Settings
from idp.db import Database
from idp.directory import holders
from idp.directory.accounts import Motive, UnknownAccount, WrongState, block
from idp.directory.enrolment import InvalidEnrolment
from idp.directory.holders import AlreadyEnrolled
from idp.directory.organisations import UnknownOrganisation
from idp.factors.hashing import Hasher
from idp.identity import initial_password, login_identifier
from idp.models import Account, AccountState, AuditEvent, Holder, HolderInsC
from tests.directory.conftest import START, Hands
from tests.directory.people import MARIE_INS_C, enrolled, marie, philippe

pytestmark = pytest.mark.usefixtures("cnam")


def text_of(letter: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(letter)).pages)


def password_in(letter: bytes) -> str:
    """The initial password as it is hashed, found by its printed form."""
    for word in text_of(letter).split():
        if len(word) == 14 and word[4] == word[9] == "-":
            return initial_password.normalise(word)
    raise AssertionError("no initial password is printed")


def account_of(database: Database, identifier: str) -> Account:
    with database.reading() as session:
        account = session.scalar(select(Account).where(Account.login_identifier == identifier))
        assert account is not None
        assert account.holder is None or account.holder.traits
        assert account.channels is not None
        return account


def count(database: Database, what: type[object]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_enrolment_makes_account_ins_c_and_letter(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    account = account_of(database, made.login_identifier)
    assert login_identifier.parse(made.login_identifier) == made.login_identifier
    assert account.state == AccountState.AWAITING_ACTIVATION
    assert {channel.kind: channel.value for channel in account.channels} == {
        "mail": "marie@exemple.fr",
        "sms": "+33612345642",
    }
    assert made.ins_c == MARIE_INS_C
    assert made.letter.startswith(b"%PDF")


def test_the_letter_opens_the_account(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    account = account_of(database, made.login_identifier)
    assert Hasher(settings).verify(account.initial_password_hash, password_in(made.letter))
    assert login_identifier.display(made.login_identifier) in text_of(made.letter)


def test_the_initial_password_is_nowhere_but_in_the_letter(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    made = enrolled(database, settings)
    password = password_in(made.letter)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("idp.db*")) + repr(made).encode()
    assert password.encode() not in kept
    assert initial_password.display(password).encode() not in kept


def test_the_database_file_shows_no_trait(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    enrolled(database, settings)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("idp.db*"))
    for trait in ("MARTIN", "Tilleuls", "2770166828426", MARIE_INS_C, "marie@", "+33612345642"):
        assert trait.encode() not in kept


def test_the_initial_password_holds_to_the_end_of_the_day_that_is_printed(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    expires_at = account_of(database, made.login_identifier).initial_password_expires_at
    assert expires_at is not None
    assert START + 60 * DAY <= expires_at < START + 61 * DAY


def test_enrolment_leaves_a_trace_without_traits(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    with database.reading() as session:
        event = session.scalar(select(AuditEvent).where(AuditEvent.act == "holder.enrolled"))
    assert event is not None
    assert event.account_id == made.account_id
    assert event.detail == {}


def test_a_nir_is_enrolled_once(database: Database, settings: Settings) -> None:
    enrolled(database, settings)
    with pytest.raises(AlreadyEnrolled, match="this NIR"):
        enrolled(database, settings, marie(birth_name="Durand", first_names=("Chantal",)))
    assert count(database, Account) == 1


def test_an_ins_c_is_enrolled_once(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    # Only the NIR makes two INS-Cs differ here, so the clash is made by hand.
    with database.writing() as session:
        session.get_one(Holder, made.holder_id).nir_index = b"another"
    with pytest.raises(AlreadyEnrolled, match="this INS-C"):
        enrolled(database, settings)


def test_a_former_ins_c_is_a_duplicate_too(database: Database, settings: Settings) -> None:
    other = enrolled(database, settings, philippe())
    index = database.keyring.blind_index(holders.INS_C, MARIE_INS_C)
    with database.writing() as session:
        # An older row than the present one: what Philippe was known by before a correction.
        session.add(
            HolderInsC(
                id=1, holder_id=other.holder_id, value=MARIE_INS_C, value_index=index, created_at=1
            )
        )
    with database.reading() as session:
        assert session.get_one(Holder, other.holder_id).ins_c == other.ins_c
    with pytest.raises(AlreadyEnrolled, match="a former one"):
        enrolled(database, settings)


def test_a_refused_enrolment_leaves_nothing(database: Database, settings: Settings) -> None:
    with pytest.raises(InvalidEnrolment):
        enrolled(database, settings, marie(sex="M"))
    with pytest.raises(UnknownOrganisation, match="organisations create"):
        enrolled(database, settings, marie(organisation="Cnam de nulle part"))
    assert (count(database, Holder), count(database, Account)) == (0, 0)


def test_a_login_identifier_that_is_taken_is_drawn_again(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = enrolled(database, settings).login_identifier
    free = login_identifier.generate(lambda _: 7)
    drawn = iter([first, free])
    monkeypatch.setattr(login_identifier, "generate", lambda: next(drawn))
    assert enrolled(database, settings, philippe()).login_identifier == free


def test_a_holder_without_ins_c_gets_a_letter_without_it(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings, marie(nir="8770166828426"))
    assert made.ins_c is None
    assert "INS-C" not in text_of(made.letter)


def test_a_new_letter_voids_the_password_before_it(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    again = holders.reletter(database, settings, made.login_identifier, actor="operator")
    account = account_of(database, made.login_identifier)
    hasher = Hasher(settings)
    assert hasher.verify(account.initial_password_hash, password_in(again.letter))
    assert not hasher.verify(account.initial_password_hash, password_in(made.letter))


def test_a_new_letter_sends_an_active_account_back_to_its_activation(
    database: Database, settings: Settings, hands: Hands
) -> None:
    made = enrolled(database, settings)
    with database.writing() as session:
        account = session.get_one(Account, made.account_id)
        account.state = AccountState.ACTIVE
        account.password_hash = "a hash"
        account.initial_password_hash = account.initial_password_expires_at = None
        account.initial_password_fingerprint = b"served"
    hands.advance(90 * DAY)
    holders.reletter(database, settings, made.login_identifier, actor="operator")
    account = account_of(database, made.login_identifier)
    assert account.state == AccountState.AWAITING_ACTIVATION
    assert account.password_hash is None
    assert account.initial_password_fingerprint is None
    assert (account.initial_password_expires_at or 0) > hands.now + 59 * DAY


def test_a_blocked_account_gets_a_letter_only_when_it_shall_be_unblocked(
    database: Database, settings: Settings
) -> None:
    identifier = enrolled(database, settings).login_identifier
    with database.writing() as session:
        block(session, identifier, motive=Motive.LETTER_ASTRAY, actor="operator")
    with pytest.raises(WrongState, match="blocked"):
        holders.reletter(database, settings, identifier, actor="operator")
    holders.reletter(database, settings, identifier, actor="operator", unblock=True)
    assert account_of(database, identifier).state == AccountState.AWAITING_ACTIVATION


def test_a_closed_account_gets_no_letter(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    with database.writing() as session:
        session.get_one(Account, made.account_id).state = AccountState.CLOSED
    with pytest.raises(WrongState, match="closed"):
        holders.reletter(database, settings, made.login_identifier, actor="op", unblock=True)


def test_a_letter_for_nobody_is_refused(database: Database, settings: Settings) -> None:
    with pytest.raises(UnknownAccount):
        holders.reletter(
            database, settings, login_identifier.generate(lambda _: 1), actor="operator"
        )


def test_the_qr_code_leads_to_this_deployment(
    database: Database, settings_with: Callable[..., Settings]
) -> None:
    here = settings_with(issuer="http://localhost:9500", site_name="essai.dmp.fr")
    assert "essai.dmp.fr" in text_of(enrolled(database, here).letter)

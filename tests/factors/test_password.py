"""A password looked at: hashed as the profile says, and what each verdict is about."""

import pytest
from sqlalchemy import select, update

from idp import audit
from idp.config import Settings
from idp.crypto import Keyring, new_secret
from idp.db import Database
from idp.factors import initial_password, password
from idp.factors.hashing import Hasher
from idp.factors.password import Outcome, Verdict
from idp.identity import login_identifier
from idp.models import Account, AccountState
from tests.factories import INITIAL_PASSWORD, PASSWORD, Factory, Person

ORIGIN = audit.Origin("192.0.2.7", "Firefox/Linux")


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


def verify(database: Database, settings: Settings, identifier: str, typed: str) -> Outcome:
    return password.verify(database, settings, identifier, typed, browser=None, origin=ORIGIN)


def hash_of(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Account.password_hash)).one() or ""


def test_a_hash_is_argon2id_of_the_settings_profile(settings: Settings) -> None:
    strong = settings.model_copy(update={"argon2_memory_kib": 19_456, "argon2_time": 2})
    assert Hasher(strong).hash("secret").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_two_hashes_of_one_password_differ(settings: Settings) -> None:
    assert Hasher(settings).hash("secret") != Hasher(settings).hash("secret")


@pytest.mark.parametrize("typed", ["Ångström clé", "A\u030angstro\u0308m cle\u0301"])
def test_one_password_typed_on_two_keyboards_is_one(settings: Settings, typed: str) -> None:
    assert Hasher(settings).verify(Hasher(settings).hash("Ångström clé"), typed)


@pytest.mark.parametrize("hashed", [None, "", "x", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$"])
def test_without_a_hash_nothing_matches(settings: Settings, hashed: str | None) -> None:
    assert not Hasher(settings).verify(hashed, "nobody has this password")


def test_the_right_one_is_proved(database: Database, settings: Settings, person: Person) -> None:
    outcome = verify(database, settings, person.identifier, PASSWORD)
    assert (outcome.verdict, outcome.account_id) == (Verdict.PROVED, person.account_id)


@pytest.mark.parametrize("typed", ["", PASSWORD + " ", PASSWORD.upper(), "x" * 1024, "\x00"])
def test_another_is_not(database: Database, settings: Settings, person: Person, typed: str) -> None:
    assert verify(database, settings, person.identifier, typed).verdict == Verdict.WRONG


def test_a_closed_account_is_like_none(
    database: Database, settings: Settings, person: Person
) -> None:
    with database.writing() as session:
        session.execute(update(Account).values(state=AccountState.CLOSED))
    closed = verify(database, settings, person.identifier, PASSWORD)
    nobody = verify(database, settings, login_identifier.generate(), PASSWORD)
    assert closed == nobody


def test_the_hash_rises_with_the_profile_at_the_next_login(
    database: Database, settings: Settings, person: Person
) -> None:
    before = hash_of(database)
    stronger = settings.model_copy(update={"argon2_time": 2})
    verify(database, stronger, person.identifier, "wrong")
    assert hash_of(database) == before
    verify(database, stronger, person.identifier, PASSWORD)
    assert ",t=2," in hash_of(database)
    assert verify(database, stronger, person.identifier, PASSWORD).verdict == Verdict.PROVED


def test_the_letters_password_leads_to_the_activation_alone(
    database: Database, settings: Settings, factory: Factory
) -> None:
    person = factory.person(activated=False)
    outcome = verify(database, settings, person.identifier, "k7tp 4wxn rh9m")
    assert outcome.verdict == Verdict.MUST_ACTIVATE
    assert set(outcome.activation or {}) == {"initial_password_hash", "fingerprint"}


def test_a_chosen_password_is_not_read_as_an_initial_one(
    database: Database, settings: Settings, factory: Factory
) -> None:
    person = factory.person(password="avec des-tirets et MAJUSCULES")
    for typed in ("avecdestiretsetmajuscules", "AVEC DES-TIRETS ET MAJUSCULES"):
        assert verify(database, settings, person.identifier, typed).verdict == Verdict.WRONG


def test_what_stays_of_an_initial_password_is_known_under_older_keys_too() -> None:
    old, new, other = (f"{name}:{new_secret()}" for name in ("old", "new", "other"))
    before, after = Keyring(other, old, other), Keyring(other, f"{new},{old}", other)
    kept = initial_password.fingerprint(before, 7, INITIAL_PASSWORD)
    assert initial_password.is_the_one_of(after, 7, kept, "k7tp-4wxn-rh9m")
    assert not initial_password.is_the_one_of(after, 8, kept, INITIAL_PASSWORD)
    assert not initial_password.is_the_one_of(after, 7, kept, "AAAAAAAAAAAA")

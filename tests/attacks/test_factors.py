"""Lines 23, 26 and 33: a grant or an entry round the policy, session fixation, passkeys that nobody
checked (and the ways round a second factor that go with them)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from flask import Flask

from idp import create_app
from idp.config import LEVELS, Settings
from idp.db import Database
from idp.models import Passkey
from tests.authenticator import ES384, Authenticator, Maker
from tests.browser_client import Browser, token_request
from tests.factories import Factory, Person
from tests.oidc.walk import Walk
from tests.passkeys import add_passkey, add_totp, ask, make_recovery_codes, send, shown, use
from tests.walks import events, sign_in

PASSWORD, MFA, PHR = LEVELS
ELSEWHERE = "https://localhost.evil.example"
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    """A browser in which the person has just signed in."""
    sign_in(browser, factory, person)
    return browser


def stranger(app: Flask) -> Browser:
    """A browser without a past, on the login page."""
    browser = Browser(app)
    browser.get("/sign-in")
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/account").path == "/account"


# Line 23


@sqlite_only
@pytest.mark.parametrize(
    "grant_type",
    [
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:openid:params:grant-type:ciba",
        "password",
        "implicit",
    ],
)
def test_line_23_a_grant_that_asks_nobody(walk: Walk, grant_type: str) -> None:
    person, client = walk.agreed()
    asked = {
        "grant_type": grant_type,
        "username": person.identifier,
        "password": person.password,
        "assertion": walk.tokens(client)["id_token"],
        "subject_token": walk.tokens(client)["access_token"],
        "device_code": "x",
        "auth_req_id": "x",
        "scope": "openid",
    }
    answer = token_request(walk.app, client, asked)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "unsupported_grant_type")


@sqlite_only
def test_line_23_a_machine_that_hopes_for_a_person(walk: Walk) -> None:
    walk.factory.resource()
    machine = walk.factory.machine(scope="documents")
    token = (walk.machine_token(machine, username="123").json or {})["access_token"]
    assert walk.userinfo(token).status_code in {401, 403}


@sqlite_only
def test_line_23_a_passkey_is_no_way_round_consent_or_level(
    home: Browser, app: Flask, factory: Factory
) -> None:
    passkey, demanding = add_passkey(home), factory.client(minimum_acr=PHR)
    browser = Browser(app)
    browser.authorize(demanding)
    use(browser, passkey)
    assert browser.page.path.endswith("/consent")
    passkey.verifies = False
    browser = Browser(app)
    browser.authorize(demanding)
    assert use(browser, passkey).status == 400
    assert not is_in(browser)


@sqlite_only
def test_line_23_a_way_of_the_second_factor_without_the_first(
    home: Browser, app: Flask, person: Person
) -> None:
    secret, codes = add_totp(home), make_recovery_codes(home)
    browser = stranger(app)
    token = browser.forms()[0][1]["csrf_token"]
    start = browser.page.path.rpartition("/")[0]
    for path, code in (("/totp", shown(secret, 1)), ("/recovery-code", codes[0])):
        page = browser.post(start + path, data={"csrf_token": token, "code": code})
        assert page.path.endswith("/password")
    assert not is_in(browser)


# Line 26


@sqlite_only
@pytest.mark.parametrize("way", ["alone", "second"])
def test_line_26_a_session_planted_before_a_passkey(
    home: Browser, app: Flask, person: Person, factory: Factory, way: str
) -> None:
    """The attacker plants a cookie; what the victim then proves is of no use with it."""
    passkey, attacker = add_passkey(home), Browser(app)
    sign_in(attacker, factory, factory.person(mail="evil@example.org"))
    planted = attacker.client.get_cookie("dmp-session")
    assert planted
    victim = Browser(app)
    victim.client.set_cookie("dmp-session", planted.value)
    victim.authorize(factory.client(), prompt="login")
    if way == "second":
        victim.give_password(person)
        planted = victim.client.get_cookie("dmp-session")
        assert planted
    use(victim, passkey)
    fresh = victim.client.get_cookie("dmp-session")
    assert fresh
    assert fresh.value != planted.value
    attacker.client.set_cookie("dmp-session", planted.value)
    assert not is_in(attacker)
    assert person.identifier[:4] in victim.get("/account").text


@sqlite_only
@pytest.mark.parametrize("way", ["totp", "recovery-code"])
def test_line_26_the_cookie_from_before_the_second_factor(
    home: Browser, app: Flask, person: Person, way: str
) -> None:
    code = {"totp": shown(add_totp(home), 1), "recovery-code": make_recovery_codes(home)[0]}[way]
    browser = stranger(app)
    browser.give_password(person)
    before = browser.client.get_cookie("dmp-session")
    assert before
    browser.get(browser.page.path.replace("second-factor", way))
    assert browser.submit(code=code).path == "/account"
    browser.client.set_cookie("dmp-session", before.value)
    assert not is_in(browser)


# Line 33: a passkey that is made


REFUSED_AT_CREATION = [
    ("another site", {"origin": ELSEWHERE}, "wrong_origin"),
    ("http for https, another port", {"origin": "http://localhost:8001"}, "wrong_origin"),
    ("a frame of another site", {"cross_origin": True}, "wrong_origin"),
    ("another relying party", {"rp_id": "evil.example"}, "refused"),
    ("nobody was verified", {"verifies": False}, "refused"),
    ("another algorithm", {"alg": ES384}, "refused"),
]


@sqlite_only
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(fault, outcome) for _, fault, outcome in REFUSED_AT_CREATION],
    ids=[name for name, _, _ in REFUSED_AT_CREATION],
)
def test_line_33_a_registration_that_is_not_strictly_right(
    home: Browser, database: Database, fault: dict[str, Any], outcome: str
) -> None:
    home.get("/account/passkeys/new")
    page = send(home, Authenticator(**fault).create(ask(home)), name="x")
    assert page.status == 400
    assert "n’a pas été enregistrée" in page.text
    assert events(database, "passkey.enrolled") == [("passkey.enrolled", outcome)]


def test_line_33_a_registration_for_a_challenge_that_was_used_or_never_given(
    home: Browser, app: Flask, factory: Factory, database: Database
) -> None:
    home.get("/account/passkeys/new")
    options, authenticator = ask(home), Authenticator()
    assert send(home, authenticator.create(options), name="x").path == "/account/factors"
    for replayed in (options, options | {"challenge": "A" * 43}):
        home.get("/account/passkeys/new")
        assert send(home, Authenticator().create(replayed), name="x").status == 400
    other = Browser(app)
    sign_in(other, factory, factory.person())
    other.get("/account/passkeys/new")
    home.get("/account/passkeys/new")
    assert send(home, Authenticator().create(ask(other)), name="x").status == 400
    outcomes = [outcome for _, outcome in events(database, "passkey.enrolled")]
    assert outcomes == ["success", *["challenge_used_or_expired"] * 3]


@sqlite_only
def test_line_33_a_credential_that_somebody_has_already(
    home: Browser, app: Flask, factory: Factory, database: Database
) -> None:
    taken = add_passkey(home).credential_id
    other = Browser(app)
    sign_in(other, factory, factory.person())
    other.get("/account/passkeys/new")
    answer = Authenticator(credential_id=taken).create(ask(other))
    assert send(other, answer, name="x").status == 400
    with database.reading() as session:
        assert session.query(Passkey).count() == 1


# Line 33: a passkey that is used


REFUSED_AT_USE = [
    ("another site", {"origin": ELSEWHERE}, "wrong_origin"),
    ("a frame of another site", {"cross_origin": True}, "wrong_origin"),
    ("another relying party", {"rp_id": "evil.example"}, "refused"),
    ("nobody was verified", {"verifies": False}, "not_verified"),
    ("another key", {"key": ec.generate_private_key(ec.SECP256R1())}, "refused"),
    ("the name of another account", {"user_handle": b"x" * 32}, "unknown_passkey"),
    ("no name at all", {"user_handle": b""}, "unknown_passkey"),
    ("backed up, though it cannot be", {"synced": False}, "refused"),
]


@sqlite_only
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(fault, outcome) for _, fault, outcome in REFUSED_AT_USE],
    ids=[name for name, _, _ in REFUSED_AT_USE],
)
def test_line_33_an_assertion_that_is_not_strictly_right(
    home: Browser, app: Flask, database: Database, fault: dict[str, Any], outcome: str
) -> None:
    passkey, browser = add_passkey(home), stranger(app)
    vars(passkey).update(fault)
    assert use(browser, passkey).status == 400
    assert not is_in(browser)
    assert events(database, "passkey.verified") == [("passkey.verified", outcome)]


def test_line_33_an_answer_sent_again(home: Browser, app: Flask, database: Database) -> None:
    """By the same page, and by a browser that listened."""
    passkey, first, second = add_passkey(home), stranger(app), stranger(app)
    options = ask(first)
    answer = passkey.get(options)
    assert send(first, answer).path == "/account"
    assert send(second, answer).status == 400
    assert send(second, passkey.get(options)).status == 400
    assert not is_in(second)
    outcomes = [outcome for _, outcome in events(database, "passkey.verified")]
    assert outcomes == ["success", *["challenge_used_or_expired"] * 2]


def test_line_33_one_answer_sent_by_many_at_once(
    home: Browser, app: Flask, database: Database
) -> None:
    passkey, browser = add_passkey(home), stranger(app)
    answer = passkey.get(ask(browser))
    action, values = next(form for form in browser.forms() if "answer" in form[1])

    def attempt(_: int) -> int:
        copy = Browser(app)
        copy.client._cookies = dict(browser.client._cookies)
        return copy.client.post(action, data=values | {"answer": answer}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(8))).count(303) >= 1
    outcomes = [outcome for _, outcome in events(database, "passkey.verified")]
    assert outcomes.count("success") == 1


def test_line_33_a_cloned_authenticator(home: Browser, app: Flask, database: Database) -> None:
    """Its counter goes back, or stands still: refused, and in the trail."""
    passkey = add_passkey(home, Authenticator(counter=5))
    assert use(stranger(app), passkey).path == "/account"
    for counter in (5, 2):
        passkey.counter = counter  # the next signature has one more
        page = use(stranger(app), passkey)
        assert page.status == 400
        assert "Une copie semble en avoir servi ailleurs" in page.text
    passkey.counter = 0
    assert use(stranger(app), passkey).status == 400
    passkey.counter = 6
    assert use(stranger(app), passkey).path == "/account"
    outcomes = [outcome for _, outcome in events(database, "passkey.verified")]
    assert outcomes == ["success", "cloned", "cloned", "cloned", "success"]


@sqlite_only
def test_line_33_rubbish_for_an_answer(home: Browser, app: Flask) -> None:
    """Never a 500 (line 37), and nobody is let in."""
    passkey, browser = add_passkey(home), stranger(app)
    right = json.loads(passkey.get(ask(browser)))
    parts = right["response"]
    rubbish = [
        "", "{}", "[]", "null", "\x00", "é", "{" * 5000,
        json.dumps(right | {"id": 5}),
        json.dumps(right | {"rawId": "!"}),
        json.dumps(right | {"type": []}),
        json.dumps(right | {"response": None}),
        *(json.dumps(right | {"response": parts | {name: "AAAA"}}) for name in parts),
        *(json.dumps(right | {"response": parts | {name: {"a": 1}}}) for name in parts),
    ]  # fmt: skip
    for answer in rubbish:
        browser = stranger(app)
        assert send(browser, answer).status == 400, answer
        home.get("/account/passkeys/new")
        assert send(home, answer, name="x").status == 400, answer


@sqlite_only
def test_line_33_wrong_answers_are_counted(home: Browser, app: Flask, database: Database) -> None:
    passkey = add_passkey(home)
    passkey.key = ec.generate_private_key(ec.SECP256R1())
    pages = [use(stranger(app), passkey) for _ in range(6)]
    assert "Il faut attendre" in pages[-1].text
    assert events(database, "passkey.verified")[-1] == ("passkey.verified", "must_wait")


# Line 33: who made it

MODEL = bytes.fromhex("d8522d9f575b486688a9ba99fa02f35b")
LISTED = "d8522d9f-575b-4866-88a9-ba99fa02f35b"


def _certificate(name: str, key: Any, issuer: str, signer: Any, *, ca: bool) -> x509.Certificate:
    def called(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(signer, SHA256())
    )


def maker_of(name: str) -> tuple[bytes, Maker]:
    """A maker's root certificate (PEM), and what its authenticators sign with."""
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    certificate = _certificate(name, root, name, root, ca=True)
    leaf = _certificate(f"{name} Authenticator", own, name, root, ca=False)
    return certificate.public_bytes(Encoding.PEM), Maker(leaf, own)


@sqlite_only
def test_line_33_a_model_that_its_maker_does_not_vouch_for(
    settings: Settings, tmp_path: Path, clock: object
) -> None:
    """Where the policy is `direct`: the listed models of the listed makers, and no other."""
    pem, maker = maker_of("Maker")
    _, impostor = maker_of("Maker")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(maker_of("Somebody else")[0] + pem)
    strict = Settings(
        **settings.model_dump()
        | {
            "passkey_attestation": "direct",
            "passkey_aaguids": LISTED,
            "passkey_attestation_roots": roots,
        }
    )
    app = create_app(strict)
    database: Database = app.extensions["idp"].provider.database
    factory, browser = Factory(strict, database), Browser(app)
    sign_in(browser, factory, factory.person())
    for wrong in (
        Authenticator(aaguid=MODEL),
        Authenticator(aaguid=bytes(15) + b"1", maker=maker),
        Authenticator(aaguid=MODEL, maker=impostor),
    ):
        browser.get("/account/passkeys/new")
        asked = ask(browser)
        assert asked["attestation"] == "direct"
        assert send(browser, wrong.create(asked), name="x").status == 400
    add_passkey(browser, Authenticator(aaguid=MODEL, maker=maker))
    outcomes = [outcome for _, outcome in events(database, "passkey.enrolled")]
    assert outcomes == ["model", "model", "refused", "success"]
    database.dispose()

"""What an ID token says, and how it is signed (OpenID Connect Core 1.0, sections 2, 3.1.3.6
and 12.2; RFC 8725)."""

import hashlib
from typing import Any

import orjson
import pytest

from idp.crypto import b64encode
from idp.directory import configuration, keys
from idp.models import KeyState, SigningKey
from idp.oidc import claims as claims_module
from tests.browser_client import ISSUER
from tests.held_clock import HeldClock
from tests.oidc.walk import MFA, OFFLINE, Walk

PROTOCOL = {
    "iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "acr", "amr", "sid", "at_hash", "nonce",
}  # fmt: skip


def asking(**claims: Any) -> str:
    """The `claims` parameter, for the ID token."""
    return orjson.dumps({"id_token": claims}).decode()


def test_an_id_token_says_who_whom_when_and_how(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    clock.advance(100)
    told = walk.id_claims(walk.tokens(client))
    now = int(clock.now)
    sub, sid, at_hash = told.pop("sub"), told.pop("sid"), told.pop("at_hash")
    assert (len(sub), len(sid)) == (32, 22)
    assert at_hash
    assert told == {
        "iss": ISSUER,
        "aud": client.client_id,
        "azp": client.client_id,
        "iat": now,
        "exp": now + 300,
        "auth_time": now - 100,
        "acr": MFA,
        "amr": ["pwd", "otp", "mfa"],
        "nonce": "the-nonce",
    }


def test_without_a_nonce_there_is_none(walk: Walk) -> None:
    told = walk.id_claims(walk.tokens(walk.ready(), nonce=None))
    assert "nonce" not in told


def test_a_nonce_comes_back_as_it_was(walk: Walk) -> None:
    nonce = 'é " \\ \u202f ✓'
    assert walk.id_claims(walk.tokens(walk.ready(), nonce=nonce))["nonce"] == nonce


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_the_algorithm_is_the_one_the_client_registered(walk: Walk, alg: str) -> None:
    client = walk.ready(id_token_signed_response_alg=alg)
    header = walk.decoded(walk.tokens(client)["id_token"], alg).header
    key = next(key for key in walk.keys().keys if key.kid == header["kid"])
    assert (header["alg"], header["typ"], key.alg) == (alg, "JWT", alg)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_the_access_token_is_bound_to_the_id_token(walk: Walk, alg: str) -> None:
    tokens = walk.tokens(walk.ready(id_token_signed_response_alg=alg))
    name = "sha512" if alg == "EdDSA" else "sha256"
    made = hashlib.new(name, tokens["access_token"].encode()).digest()
    assert walk.id_claims(tokens, alg)["at_hash"] == b64encode(made[: len(made) // 2])


def test_scopes_put_no_claims_into_an_id_token(walk: Walk) -> None:
    tokens = walk.tokens(walk.ready(), scope="openid identite_pivot ins_c email phone")
    assert walk.id_claims(tokens).keys() == PROTOCOL


def test_a_claim_asked_for_is_there(walk: Walk) -> None:
    tokens = walk.tokens(walk.ready(), scope="openid email", claims=asking(email=None))
    told = walk.id_claims(tokens)
    assert told["email"] == "m.martin@exemple.fr"
    assert told.keys() == PROTOCOL | {"email"}


def test_a_claim_the_client_may_not_ask_for_is_left_out(walk: Walk) -> None:
    tokens = walk.tokens(walk.ready(), claims=asking(ins={"essential": True}, address=None))
    assert walk.id_claims(tokens).keys() == PROTOCOL


def test_a_claim_of_several_scopes_needs_one_of_them(walk: Walk) -> None:
    client = walk.ready(scope="openid identite_pivot")
    told = walk.id_claims(
        walk.tokens(client, scope="openid identite_pivot", claims=asking(given_name=None))
    )
    assert told["given_name"]


def test_a_claim_nobody_agreed_to_is_left_out(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client, "openid", declined=("claim:email",))
    told = walk.id_claims(walk.tokens(client, claims=asking(email=None)))
    assert told.keys() == PROTOCOL


def test_an_essential_claim_has_to_be_agreed_to(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client(optional_scope="")
    walk.sign_in(person)
    walk.agree(person, client, "openid", declined=("claim:email",))
    page = walk.authorize(client, claims=asking(email={"essential": True}))
    assert page.path.endswith("/consent")


def test_an_essential_claim_of_an_optional_scope_can_be_declined(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client(optional_scope="email")
    walk.sign_in(person)
    walk.agree(person, client, "openid", declined=("claim:email",))
    assert walk.code(client, claims=asking(email={"essential": True}))


def test_no_claim_of_a_person_takes_the_place_of_the_protocols(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROTOCOL:
        monkeypatch.setitem(claims_module.CLAIMS, name, lambda _: "evil")
    monkeypatch.setitem(claims_module.SCOPES, "openid", tuple(PROTOCOL))
    wanted = sorted(PROTOCOL - {"sub", "acr"})
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client, *(f"claim:{name}" for name in wanted))
    told = walk.id_claims(walk.tokens(client, claims=asking(**dict.fromkeys(wanted))))
    assert "evil" not in told.values()


def test_a_refreshed_id_token_is_about_the_same_login(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    first = walk.tokens(client, scope=OFFLINE)
    clock.advance(3600)
    second = walk.refresh(client, first["refresh_token"]).json
    assert second is not None
    before, after = walk.id_claims(first), walk.id_claims(second)
    assert after["iat"] == before["iat"] + 3600
    same = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
    assert [after[name] for name in same] == [before[name] for name in same]


def test_a_refreshed_id_token_has_no_nonce(walk: Walk) -> None:
    client = walk.ready()
    tokens = walk.refresh(client, walk.tokens(client, scope=OFFLINE)["refresh_token"]).json
    assert tokens is not None
    assert "nonce" not in walk.id_claims(tokens)


def test_a_retired_key_signs_nothing_and_is_still_published(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    before = walk.tokens(client)["id_token"]
    with walk.database.writing() as session:
        old = session.query(SigningKey).filter_by(alg="ES256").one()
        old.state = KeyState.RETIRED
        session.flush()
        keys.ensure_signing_keys(session, actor="operator")
        configuration.bump(session)
    clock.advance(1)
    after = walk.tokens(client)["id_token"]
    assert walk.decoded(before).header["kid"] != walk.decoded(after).header["kid"]

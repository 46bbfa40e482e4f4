"""Lines 5 and 6."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from idp.crypto import b64encode
from idp.models import Grant
from tests.browser_client import VERIFIER
from tests.oidc.walk import OFFLINE, Walk

PLAIN = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}


def error_of(answer: Any) -> str:
    return str((answer.json or {}).get("error"))


@pytest.mark.parametrize(
    "verifier",
    ["w" * 43, "short", VERIFIER.upper(), VERIFIER + "v", VERIFIER[:-1], VERIFIER + " "],
)
def test_line_05_a_stolen_code_with_a_verifier_that_is_not_its_own(
    walk: Walk, verifier: str
) -> None:
    """A naive one strips, cuts or ignores case first, or lets one guess until it fits."""
    client = walk.ready()
    code = walk.code(client)
    assert error_of(walk.redeem(client, code, code_verifier=verifier)) == "invalid_grant"
    assert walk.outcomes("token.issued") == []
    assert error_of(walk.redeem(client, code)) == "invalid_grant"  # no second guess


def test_line_05_the_verifier_omitted(walk: Walk) -> None:
    """A naive one checks a verifier only if one comes (PKCE downgrade; RFC 9700, 2.1.1)."""
    client = walk.ready()
    answer = walk.redeem(client, walk.code(client), code_verifier="")
    assert (answer.status_code, walk.outcomes("token.issued")) == (400, [])


def test_line_05_a_verifier_sent_without_a_stored_challenge(walk: Walk) -> None:
    """An attacker starts without PKCE and plays the code into a session that uses it: a naive
    one ignores the verifier that has nothing to be compared with."""
    client = walk.ready(require_pkce=False)
    code = walk.code(client, code_challenge=None, code_challenge_method=None)
    assert error_of(walk.redeem(client, code)) == "invalid_grant"
    assert walk.outcomes("token.issued") == []


@pytest.mark.parametrize(
    "bent",
    [
        PLAIN,
        {"code_challenge": VERIFIER, "code_challenge_method": None},  # "plain" is the default
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "S512"},
        {"code_challenge": None},
        {"code_challenge": b64encode(hashlib.sha256(b"").digest())[:-1]},
        {"code_challenge": None, "code_challenge_method": None},
    ],
)
@pytest.mark.parametrize("duty", [True, False])
def test_line_05_anything_but_s256(walk: Walk, bent: dict[str, str | None], duty: bool) -> None:
    """A naive one falls back to `plain`, also for those who need not use PKCE."""
    client = walk.ready(require_pkce=duty)
    page = walk.authorize(client, **bent)
    if not duty and set(bent.values()) == {None} and len(bent) == 2:
        assert "code" in page.parameters  # an operator has lifted the duty: nothing is bent
        return
    assert page.parameters.get("error") == "invalid_request"
    assert "code" not in page.parameters


def test_line_06_a_code_of_another_client(walk: Walk) -> None:
    """A naive one looks the code up, and not whom it was given to."""
    client = walk.ready()
    thief = walk.factory.client(redirect_uris=client.metadata["redirect_uris"])
    code = walk.code(client)
    assert error_of(walk.redeem(thief, code)) == "invalid_grant"
    assert walk.outcomes("token.refused")[-1] == "code_of_another_client"
    assert error_of(walk.redeem(client, code)) == "invalid_grant"  # it is burnt


def test_line_06_a_code_of_a_public_client_by_a_confidential_one(walk: Walk) -> None:
    client = walk.ready(token_endpoint_auth_method="none")
    thief = walk.factory.client()
    assert error_of(walk.redeem(thief, walk.code(client))) == "invalid_grant"


@pytest.mark.parametrize(
    "address",
    ["https://app.example/callback/", "https://app.example/callback?x=1",
     "https://APP.example/callback", "https://app.example/other", ""],
)  # fmt: skip
def test_line_06_a_code_with_another_of_the_addresses(walk: Walk, address: str) -> None:
    """A naive one asks whether the address is registered, not whether the code went there."""
    client = walk.ready(redirect_uris=["https://app.example/callback", "https://app.example/other"])
    answer = walk.redeem(client, walk.code(client), redirect_uri=address)
    assert error_of(answer) in {"invalid_grant", "invalid_request"}
    assert walk.outcomes("token.issued") == []


def test_line_06_a_code_forged_from_what_the_database_says(walk: Walk) -> None:
    """A naive one keeps codes as keys of a store that other things share, and finds whatever
    is put in: here a thief of the database knows every row."""
    client = walk.ready()
    walk.code(client, scope=OFFLINE)
    with walk.database.reading() as session:
        grant = session.scalars(select(Grant)).one()
        known = [grant.code_hash.hex(), b64encode(grant.code_hash), str(grant.id), grant.nonce]
    for text in [*known, "session", "throttle", ""]:
        assert walk.redeem(client, text or "").status_code == 400
    assert walk.outcomes("token.issued") == []


def test_line_06_two_codes_have_nothing_in_common(walk: Walk) -> None:
    """A naive one counts, or takes the time."""
    client = walk.ready()
    codes = {walk.code(client) for _ in range(20)}
    assert len(codes) == len({code[:6] for code in codes}) == len({code[-6:] for code in codes})
    assert min(map(len, codes)) >= 43  # 256 bits


def test_line_06_a_code_after_its_session_was_ended(walk: Walk) -> None:
    """A naive one lets a code outlive "sign out"."""
    client = walk.ready()
    code = walk.code(client)
    walk.browser.get("/account")
    walk.browser.submit()
    assert walk.browser.page.path == "/account/signed-out"
    assert error_of(walk.redeem(client, code)) == "invalid_grant"

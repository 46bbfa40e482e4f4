"""The keys of a client that says where they are (OpenID Connect Core 1.0, section 10.1.1)."""

import threading
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.test import TestResponse

from idp.config import Settings
from idp.oidc.client_assertion import TYPE
from idp.oidc.client_jwks import NoKey, encryption_key
from tests.browser_client import ISSUER
from tests.factories import App
from tests.held_clock import HeldClock
from tests.https_site import Site, Visit
from tests.oidc.assertions import KEYS, claims
from tests.oidc.walk import OFFLINE, Walk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RSA = dict(KEYS["RS256"].as_dict(private=False))
FIRST, SECOND = (ECKey.generate_key("P-256", {"kid": name}) for name in ("first", "second"))


class Visits(list[Visit]):
    """Those that came, and somebody is told of each."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Semaphore(0)

    def append(self, visit: Visit) -> None:
        super().append(visit)
        self.came.release()


@pytest.fixture
def settings(settings: Settings, site: Site) -> Settings:
    changes = {"fetch_ca_file": str(site.authority), "fetch_private": "localhost"}
    return settings.model_copy(update=changes)


@pytest.fixture
def client(walk: Walk, site: Site) -> App:
    walk.factory.resource()
    return walk.factory.machine(
        scope="documents",
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg="ES256",
        jwks_uri=publish(site, FIRST),
    )


def publish(site: Site, *keys: Any, **changes: Any) -> str:
    """Keys, or what is written of them."""
    published = [
        (key if isinstance(key, dict) else key.as_dict(private=False)) | changes for key in keys
    ]
    return site.serve("/keys", {"keys": published})


def ask(walk: Walk, client: App, key: Any, kid: str | None, alg: str = "ES256") -> TestResponse:
    # The moment is the test's own, which moves.
    from idp import clock

    now = clock.now()
    header = {"alg": alg} | ({"kid": kid} if kid else {})
    values = claims(client, exp=now + 60, iat=now)
    assertion = jwt.encode(header, values, key, algorithms=[alg])
    data = {"grant_type": "client_credentials", "client_assertion_type": TYPE,
            "client_assertion": assertion}  # fmt: skip
    return walk.app.test_client().post("/token", data=data, base_url=ISSUER)


def test_a_key_at_an_address_authenticates_and_is_fetched_once(
    walk: Walk, client: App, site: Site
) -> None:
    for kid in ("first", "first", None):
        assert ask(walk, client, FIRST, kid).status_code == 200
    assert site.paths() == ["/keys"]


def test_a_new_key_is_found_by_its_name(
    walk: Walk, client: App, site: Site, clock: HeldClock
) -> None:
    ask(walk, client, FIRST, "first")
    clock.advance(1)
    publish(site, FIRST, SECOND)
    assert ask(walk, client, SECOND, "second").status_code == 200
    assert len(site.visits) == 2


def test_names_that_are_made_up_make_nobody_fetch_more_than_once_a_minute(
    walk: Walk, client: App, site: Site, clock: HeldClock
) -> None:
    ask(walk, client, FIRST, "first")
    clock.advance(60)
    for number in range(5):
        assert ask(walk, client, SECOND, f"made-up-{number}").status_code == 401
    assert len(site.visits) == 2


def test_a_site_that_is_down_when_a_new_key_is_looked_for_costs_nobody_the_old_one(
    walk: Walk, client: App, site: Site
) -> None:
    ask(walk, client, FIRST, "first")
    site.serve("/keys", status=500)
    assert ask(walk, client, SECOND, "made-up").status_code == 401
    assert ask(walk, client, FIRST, "first").status_code == 200


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_without_a_registered_algorithm_the_key_decides(
    walk: Walk, client: App, site: Site, alg: str
) -> None:
    walk.change(client, token_endpoint_auth_signing_alg=None)
    publish(site, KEYS[alg])
    assert ask(walk, client, KEYS[alg], None, alg).status_code == 200


def test_without_a_registered_algorithm_no_public_key_is_a_secret(
    walk: Walk, client: App, site: Site
) -> None:
    walk.change(client, token_endpoint_auth_signing_alg=None)
    secret = OctKey.import_key(orjson.dumps(FIRST.as_dict(private=False)))
    for alg in ("HS256", "HS512"):
        for kid in ("first", None):
            assert ask(walk, client, secret, kid, alg).status_code == 401
    # Nor does a key sign by what another kind of key is for.
    publish(site, RSA | {"alg": "PS256"})
    assert ask(walk, client, KEYS["RS256"], None, "RS256").status_code == 401
    assert ask(walk, client, KEYS["RS256"], None, "PS256").status_code == 200


def test_keys_that_nobody_here_knows_are_passed_over(walk: Walk, client: App, site: Site) -> None:
    strangers = [
        {"kty": "LMS", "kid": "first"}, {"kty": ["EC"]}, {"kty": "EC"}, 7,
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}, FIRST.as_dict(private=True),
    ]  # fmt: skip
    site.serve("/keys", {"keys": [*strangers, SECOND.as_dict(private=False)]})
    assert ask(walk, client, SECOND, "second").status_code == 200
    assert ask(walk, client, FIRST, "first").status_code == 401


def test_a_key_that_was_taken_back_is_of_no_use_once_the_copy_is_old(
    walk: Walk, client: App, site: Site, clock: HeldClock
) -> None:
    ask(walk, client, FIRST, "first")
    publish(site, SECOND)
    clock.advance(600)
    assert ask(walk, client, FIRST, "first").status_code == 401


@pytest.mark.parametrize(
    "document",
    [[], {}, {"keys": []}, {"keys": [FIRST.as_dict(private=True)]}, {"keys": [{"kty": "EC"}]},
     {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}],
)  # fmt: skip
def test_what_is_no_set_of_public_keys_authenticates_nobody(
    walk: Walk, client: App, site: Site, document: Any
) -> None:
    site.serve("/keys", document)
    assert ask(walk, client, FIRST, "first").status_code == 401


def test_a_site_that_is_down_or_talks_nonsense_is_a_refusal(
    walk: Walk, client: App, site: Site, clock: HeldClock
) -> None:
    for page in ({"status": 500}, {"content": b"<html>"}, {"status": 302}):
        site.serve("/keys", **page)
        assert ask(walk, client, FIRST, "first").status_code == 401
        clock.advance(60)


def test_while_one_application_is_asked_for_its_keys_others_get_their_tokens(
    walk: Walk, client: App, site: Site
) -> None:
    """An id token is to be encrypted, and assertions to be verified, before the line is joined."""
    refresher = walk.ready(scope=OFFLINE)
    tokens = walk.tokens(refresher, scope=OFFLINE)
    encrypting = walk.ready(
        id_token_encrypted_response_alg="ECDH-ES", jwks_uri=site.serve("/other", silent=True)
    )
    code = walk.code(encrypting)
    site.serve("/keys", silent=True)
    asked = site.visits = Visits()
    slow = [
        threading.Thread(target=lambda: ask(walk, client, FIRST, "first")),
        threading.Thread(target=lambda: walk.redeem(encrypting, code)),
    ]
    for thread in slow:
        thread.start()
        asked.came.acquire()
    assert walk.refresh(refresher, tokens["refresh_token"]).status_code == 200
    assert all(thread.is_alive() for thread in slow)
    site.closing.set()
    for thread in slow:
        thread.join()


def test_a_key_for_something_else_signs_nothing(walk: Walk, client: App, site: Site) -> None:
    publish(site, FIRST, use="enc")
    assert ask(walk, client, FIRST, "first").status_code == 401


def test_the_key_to_encrypt_with_is_one_that_is_for_that(
    walk: Walk, client: App, site: Site
) -> None:
    provider = walk.app.extensions["idp"].provider
    rsa = RSAKey.generate_key(2048, {"kid": "rsa", "use": "enc"})
    published = [FIRST.as_dict(private=False) | {"use": "sig"}, rsa.as_dict(private=False)]
    site.serve("/keys", {"keys": published})
    known = provider.registry.client(client.client_id)
    assert encryption_key(provider, known, "RSA-OAEP-256").kid == "rsa"
    with pytest.raises(NoKey):
        encryption_key(provider, known, "ECDH-ES")

"""What applications see of a rotation: the published keys, the tokens, readiness; and what they
and browsers hold stays good when a MAC key is put in front."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp import create_app
from idp.config import Settings
from idp.crypto import b64decode, new_secret
from idp.db import Database
from idp.directory import key_rotation, keys
from idp.directory.key_rotation import USABLE_AFTER, rotate_signing_keys, token_life
from idp.web import cookies
from tests.browser_client import ISSUER, Browser, token_request
from tests.directory.conftest import Hands
from tests.factories import App, Factory, Person

ALGORITHMS = ["EdDSA", "ES256", "PS256", "RS256"]
# The registry looks at the configuration's version once a second.
NOTICED = 1

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


@pytest.fixture
def settings(shared_settings: Settings) -> Settings:
    return shared_settings


@pytest.fixture
def database(shared_database: Database, hands: Hands) -> Database:
    return shared_database


@pytest.fixture
def served(
    settings: Settings, settings_with: Callable[..., Settings], database: Database
) -> Iterator[Callable[..., Flask]]:
    """`served()`: the provider, with other settings if wished, on the same database."""
    made: list[Flask] = []

    def serve(**changes: Any) -> Flask:
        made.append(create_app(settings_with(database_url=settings.database_url, **changes)))
        return made[-1]

    yield serve
    for app in made:
        app.extensions["idp"].provider.database.dispose()


@pytest.fixture
def app(served: Callable[..., Flask]) -> Flask:
    return served()


@pytest.fixture
def factory(settings: Settings, database: Database) -> Factory:
    return Factory(settings, database)


@pytest.fixture
def browser(app: Flask, factory: Factory) -> Browser:
    return Browser(app)


def jwks(app: Flask) -> dict[str, Any]:
    document: dict[str, Any] = app.test_client().get("/jwks.json", base_url=ISSUER).json or {}
    return document


def published(app: Flask, alg: str) -> list[str]:
    return [key["kid"] for key in jwks(app)["keys"] if key["alg"] == alg]


def header_of(token: str) -> dict[str, Any]:
    header: dict[str, Any] = orjson.loads(b64decode(token.split(".", maxsplit=1)[0]))
    return header


def id_token(app: Flask, browser: Browser, factory: Factory, portal: App, person: Person) -> str:
    """As an application gets it; the first one signs the person in."""
    if browser.authorize(portal).is_outside:
        return str((browser.tokens(portal).json or {})["id_token"])
    browser.sign_in(portal, person, factory)
    return str((browser.tokens(portal).json or {})["id_token"])


def verified(token: str, document: dict[str, Any]) -> bool:
    try:
        jwt.decode(token, KeySet.import_key_set(document), algorithms=ALGORITHMS)
    except JoseError:
        return False
    return True


def use_next(database: Database, settings: Settings, hands: Hands, alg: str) -> None:
    """Publish the next key, and use it when it may be."""
    for _ in range(2):
        with database.writing() as session:
            done = key_rotation.rotate(session, settings, alg, actor="operator")
        hands.advance(USABLE_AFTER)
    assert done.active


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_an_id_token_is_signed_as_its_application_asks(
    alg: str, app: Flask, browser: Browser, factory: Factory
) -> None:
    portal = factory.client(id_token_signed_response_alg=alg)
    token = id_token(app, browser, factory, portal, factory.person())
    assert header_of(token)["alg"] == alg
    assert header_of(token)["kid"] in published(app, alg)
    assert verified(token, jwks(app))
    told = app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
    assert sorted(told["id_token_signing_alg_values_supported"]) == sorted(ALGORITHMS)


def test_a_rotation_is_seen_in_the_order_that_breaks_nothing(
    app: Flask,
    browser: Browser,
    factory: Factory,
    database: Database,
    settings: Settings,
    hands: Hands,
) -> None:
    portal, person = factory.client(), factory.person()
    before = id_token(app, browser, factory, portal, person)
    first = header_of(before)["kid"]
    assert published(app, "ES256") == [first]

    # Published, and not used.
    with database.writing() as session:
        second = key_rotation.rotate(session, settings, "ES256", actor="operator").kid
    hands.advance(NOTICED)
    assert sorted(published(app, "ES256")) == sorted([first, second])
    known = jwks(app)
    assert header_of(id_token(app, browser, factory, portal, person))["kid"] == first

    # Used: whoever fetched the keys when it was published verifies with those.
    hands.advance(USABLE_AFTER)
    with database.writing() as session:
        assert key_rotation.rotate(session, settings, "ES256", actor="operator").active
    hands.advance(NOTICED)
    after = id_token(app, browser, factory, portal, person)
    assert header_of(after)["kid"] == second
    assert verified(after, known)

    # The old key stays as long as its tokens, then goes; tokens of that time are long dead.
    assert verified(before, jwks(app))
    hands.advance(token_life(settings))
    rotate_signing_keys(database, settings)
    hands.advance(NOTICED)
    assert published(app, "ES256") == [second]
    assert not verified(before, jwks(app))


def test_an_id_token_of_a_retired_key_still_ends_the_session(
    app: Flask,
    browser: Browser,
    factory: Factory,
    database: Database,
    settings: Settings,
    hands: Hands,
) -> None:
    portal = factory.client()
    token = id_token(app, browser, factory, portal, factory.person())
    use_next(database, settings, hands, "ES256")
    hands.advance(settings.session_lifetime - 2 * USABLE_AFTER)
    rotate_signing_keys(database, settings)
    hands.advance(NOTICED)
    page = browser.get(f"/logout?id_token_hint={token}")
    assert page.status == 200


def test_a_dropped_key_is_not_published_any_more(
    app: Flask, browser: Browser, factory: Factory, database: Database, hands: Hands
) -> None:
    portal, person = factory.client(), factory.person()
    token = id_token(app, browser, factory, portal, person)
    with database.writing() as session:
        key_rotation.drop(session, header_of(token)["kid"], actor="operator")
    hands.advance(NOTICED)
    assert not verified(token, jwks(app))
    assert verified(id_token(app, browser, factory, portal, person), jwks(app))


def test_a_next_key_waits_for_as_long_as_the_published_ones_may_be_kept(app: Flask) -> None:
    answer = app.test_client().get("/jwks.json", base_url=ISSUER)
    assert answer.cache_control.max_age == key_rotation.PUBLISHED_CACHE
    assert USABLE_AFTER > key_rotation.PUBLISHED_CACHE


def test_a_provider_is_not_ready_when_an_algorithm_in_use_has_no_key(
    app: Flask, factory: Factory, database: Database, settings: Settings
) -> None:
    factory.client(id_token_signed_response_alg="PS256")
    assert app.test_client().get("/readyz").status_code == 200
    with database.writing() as session:
        (key,) = (key for key in keys.all_keys(session) if key.alg == "PS256")
        keys.remove(session, key, actor="operator")
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "PS256" in answer.text
    rotate_signing_keys(database, settings)
    assert app.test_client().get("/readyz").status_code == 200


# A MAC key in front of the old one.


@pytest.fixture
def both_keys(settings: Settings) -> str:
    """A new MAC key in front of the one that is there."""
    return f"k2:{new_secret()},{settings.mac_keys.get_secret_value()}"


def test_a_refresh_token_of_the_old_mac_key_is_good_until_the_key_is_taken_out(
    browser: Browser, factory: Factory, both_keys: str, served: Callable[..., Flask]
) -> None:
    portal, person = factory.client(), factory.person()
    browser.sign_in(portal, person, factory, scope="openid offline_access", prompt="consent")
    given = browser.tokens(portal).json or {}
    assert given["refresh_token"].startswith("k1.")

    answer = refresh(served(mac_keys=both_keys), portal, given["refresh_token"])
    assert answer["refresh_token"].startswith("k2.")

    only = served(mac_keys=both_keys.partition(",")[0])
    assert refresh(only, portal, given["refresh_token"]) == {"error": "invalid_grant"}
    assert "access_token" in refresh(only, portal, answer["refresh_token"])


def refresh(app: Flask, portal: App, token: str) -> dict[str, Any]:
    data = {"grant_type": "refresh_token", "refresh_token": token}
    answer = token_request(app, portal, data).json or {}
    answer.pop("error_description", None)
    return answer


def test_a_journey_begun_under_the_old_mac_key_goes_on_under_the_new(
    browser: Browser, factory: Factory, both_keys: str, served: Callable[..., Flask]
) -> None:
    portal, person = factory.client(), factory.person()
    browser.authorize(portal)
    browser.give_password(person)  # the page's form, and the code that was sent, are k1's
    browser.client.application = served(mac_keys=both_keys)
    browser.give_code(factory)
    browser.submit(decision="accept")
    assert "code" in browser.page.parameters, browser.page.text


def test_a_browser_that_the_account_has_used_stays_known_under_the_new_mac_key(
    app: Flask, browser: Browser, factory: Factory, both_keys: str, served: Callable[..., Flask]
) -> None:
    portal, person = factory.client(), factory.person()
    browser.sign_in(portal, person, factory)
    browser.client.delete_cookie(
        cookies.names(app.extensions["idp"].provider.settings).session, domain="localhost"
    )
    browser.client.application = served(mac_keys=both_keys)
    stranger = Browser(browser.client.application)
    for _ in range(6):
        stranger.authorize(portal)
        stranger.give_password(person, "wrong")
    browser.authorize(portal)
    assert browser.give_password(person).path.endswith("/code"), browser.page.text

"""Sign-ins that begin on the holder's page (OpenID Connect Core 1.0, section 4)."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser_client import ISSUER
from tests.factories import App, Person
from tests.oidc.walk import Walk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

INITIATE = "https://app.example/initiate"
APPLICATIONS = "/account/applications"


@pytest.fixture(autouse=True)
def person(walk: Walk) -> Person:
    """Somebody who is signed in."""
    signed_in = walk.factory.person()
    walk.sign_in(signed_in)
    return signed_in


def link(walk: Walk, page: str) -> str | None:
    """The address, as a browser reads it, that begins at the application."""
    text = walk.browser.get(page).text.replace("&amp;", "&")
    _, found, rest = text.partition(f'href="{INITIATE}')
    return INITIATE + rest.partition('"')[0] if found else None


def start(client: App) -> str:
    return f"{APPLICATIONS}/start?client_id={client.client_id}"


def test_an_application_is_opened_from_the_list_and_told_who_asks(
    walk: Walk, person: Person
) -> None:
    client = walk.factory.client(initiate_login_uri=INITIATE)
    walk.agree(person, client)
    address = urlsplit(str(link(walk, APPLICATIONS)))
    assert dict(parse_qsl(address.query)) == {"iss": ISSUER}


def test_a_query_that_is_there_already_stays(walk: Walk) -> None:
    walk.factory.client(initiate_login_uri=f"{INITIATE}?a=b")
    address = urlsplit(str(link(walk, APPLICATIONS)))
    assert dict(parse_qsl(address.query)) == {"a": "b", "iss": ISSUER}


def test_an_operators_application_can_be_discovered_and_a_registrants_not(walk: Walk) -> None:
    walk.factory.client(initiate_login_uri=INITIATE, registered_by="registrant")
    assert link(walk, APPLICATIONS) is None
    walk.factory.client(initiate_login_uri=INITIATE)
    assert link(walk, APPLICATIONS) is not None


def test_any_application_has_a_page_that_says_whereto(walk: Walk) -> None:
    client = walk.factory.client(initiate_login_uri=INITIATE, registered_by="registrant")
    assert link(walk, start(client)) == f"{INITIATE}?iss=http%3A%2F%2Flocalhost%3A8000"
    assert walk.browser.page.status == 200  # a page, and no redirect to another site


def test_what_cannot_be_opened_leads_back_to_the_list(walk: Walk) -> None:
    disabled = walk.factory.client(initiate_login_uri=INITIATE)
    walk.disable(disabled)
    for client in (walk.factory.client(), disabled):
        assert walk.browser.get(start(client)).path == APPLICATIONS
    for query in ("", "?client_id=nobody", "?client_id=%00"):
        assert walk.browser.get(f"{APPLICATIONS}/start{query}").path == APPLICATIONS
    assert link(walk, APPLICATIONS) is None


def test_a_stranger_signs_in_first(walk: Walk) -> None:
    client = walk.factory.client(initiate_login_uri=INITIATE)
    walk.browser.client.delete_cookie("dmp-session")
    assert "interaction" in walk.browser.get(start(client)).path

"""What people see of an application: its name, its logo from our own origin, its pages."""

from typing import Any

import pytest

from idp.config import Settings
from idp.db import Database
from idp.directory import logos
from idp.models import ClientLogo
from tests.browser_client import Browser, Page
from tests.factories import App, Factory
from tests.held_clock import HeldClock
from tests.https_site import Site
from tests.oidc.walk import Walk

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
PAGES = {"policy_uri": "https://app.example/privacy", "tos_uri": "https://app.example/terms"}


@pytest.fixture
def settings(settings: Settings, site: Site) -> Settings:
    changes = {"fetch_ca_file": str(site.authority), "fetch_private": "localhost"}
    return settings.model_copy(update=changes)


@pytest.fixture
def walk(
    app: Any, settings: Settings, database: Database, factory: Factory, browser: Browser
) -> Walk:
    return Walk(app, settings, database, factory, browser)


def serve(site: Site, content: bytes = PNG, kind: str = "image/png", **page: Any) -> str:
    return site.serve("/logo", content=content, headers={"Content-Type": kind}, **page)


def shown(page: Page) -> str | None:
    """The address of the logo on a page, if there is one."""
    _, found, rest = page.text.partition('<img class="mark mark--small" src="')
    return rest.partition('"')[0] if found else None


def test_a_logo_is_fetched_once_and_shown_from_our_own_origin(
    walk: Walk, site: Site, settings: Settings
) -> None:
    client = walk.factory.client(logo_uri=serve(site))
    assert logos.fetch_due(walk.database, settings) == 1
    assert logos.fetch_due(walk.database, settings) == 0
    address = shown(walk.authorize(client))
    assert address is not None
    assert address.startswith("/logos/")
    answer = walk.app.test_client().get(address)
    assert (answer.data, answer.headers["Content-Type"]) == (PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "immutable" in answer.headers["Cache-Control"]
    assert site.paths() == ["/logo"]


def test_showing_a_page_asks_the_application_for_nothing(walk: Walk, site: Site) -> None:
    page = walk.authorize(walk.factory.client(logo_uri=serve(site)))
    assert shown(page) is None
    assert site.url("/logo") not in page.text
    assert ">A</span>" in page.text
    assert site.visits == []


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (PNG, "image/jpeg", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", "image/jpeg"),
        (b"GIF89a", "image/gif", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", None),
        (b"<svg/>", "image/svg+xml", None),
        (b"<script>alert(1)</script>", "image/png", None),
        (b"", "image/png", None),
        (PNG, "text/html", None),
        (PNG + b"x" * 65_536, "image/png", None),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_first_bytes_say_what_it_is(
    walk: Walk, site: Site, settings: Settings, content: bytes, kind: str, media_type: str | None
) -> None:
    client = walk.factory.client(logo_uri=serve(site, content, kind))
    logos.fetch_due(walk.database, settings)
    address = shown(walk.authorize(client))
    if media_type is None:
        assert address is None
    else:
        answer = walk.app.test_client().get(str(address))
        assert answer.headers["Content-Type"] == media_type


def test_a_logo_is_looked_for_again_after_a_day_and_after_an_hour_where_there_was_none(
    walk: Walk, site: Site, settings: Settings, clock: HeldClock
) -> None:
    client = walk.factory.client(logo_uri=serve(site, status=404))
    logos.fetch_due(walk.database, settings)
    serve(site)
    clock.advance(3599)
    assert logos.fetch_due(walk.database, settings) == 0
    clock.advance(1)
    assert logos.fetch_due(walk.database, settings) == 1
    serve(site, status=500)
    clock.advance(86_400)
    assert logos.fetch_due(walk.database, settings) == 1
    # A site that is down for an hour is no reason to forget what we know.
    assert shown(walk.authorize(client)) is not None


def test_another_logo_takes_the_place_of_the_old_one_which_is_not_shown_meanwhile(
    walk: Walk, site: Site, settings: Settings
) -> None:
    client = walk.factory.client(logo_uri=serve(site))
    logos.fetch_due(walk.database, settings)
    before = shown(walk.authorize(client))
    other = site.serve("/other", content=PNG + b"2", headers={"Content-Type": "image/png"})
    walk.change(client, logo_uri=other)
    walk.app.extensions["idp"].provider.registry.look_again()
    assert shown(walk.authorize(client)) is None
    logos.fetch_due(walk.database, settings)
    assert shown(walk.authorize(client)) not in {None, before}
    with walk.database.reading() as session:
        assert session.query(ClientLogo).count() == 1


def test_a_disabled_application_is_asked_for_nothing(
    walk: Walk, site: Site, settings: Settings
) -> None:
    walk.disable(walk.factory.client(logo_uri=serve(site)))
    assert logos.fetch_due(walk.database, settings) == 0


@pytest.mark.parametrize("name", ["x", "0" * 64, "0" * 63, "A" * 64, "%00"])
def test_there_is_no_other_picture(browser: Browser, name: str) -> None:
    assert browser.get(f"/logos/{name}").status == 404


def _says_who_it_is(page: Page, client: App) -> bool:
    links = all(f'href="{address}"' in page.text for address in PAGES.values())
    return links and client.metadata["client_name"] in page.text and shown(page) is not None


def test_login_consent_and_logout_say_who_it_is(walk: Walk, site: Site, settings: Settings) -> None:
    client = walk.factory.client(
        client_name="Mon carnet", logo_uri=serve(site), post_logout_redirect_uris=[], **PAGES
    )
    logos.fetch_due(walk.database, settings)
    assert _says_who_it_is(walk.authorize(client), client)
    walk.sign_in(walk.factory.person())
    assert _says_who_it_is(walk.authorize(client), client)
    logout = f"/logout?client_id={client.client_id}"
    assert _says_who_it_is(walk.browser.get(logout), client)
    assert _says_who_it_is(walk.browser.submit(decision="sign_out"), client)


def test_who_registered_by_itself_is_said_to_be_unverified(walk: Walk) -> None:
    walk.sign_in(walk.factory.person())
    unverified = "sans vérification"
    page = walk.authorize(walk.factory.client(registered_by="registrant", publisher=None))
    assert unverified in page.text
    assert unverified not in walk.authorize(walk.factory.client()).text

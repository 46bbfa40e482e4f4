"""OpenID Connect Front-Channel Logout 1.0, and the page that says who was told."""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sqlalchemy import update

from idp.models import Message, MessageState
from tests.browser_client import ISSUER, Browser, Page
from tests.factories import App
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk

BYE = "https://app.example/bye"
OUT, ELSEWHERE = "https://app.example/out?tenant=a", "https://elsewhere.example:8443/out"


def frames(page: Page) -> list[str]:
    sources = re.findall(r'<iframe src="([^"]+)"', page.text)
    return [source.replace("&amp;", "&") for source in sources]


def frame_source(page: Page) -> list[str]:
    found = re.search(r"frame-src ([^;]+)", page.headers["Content-Security-Policy"])
    return found[1].split() if found else []


def told(page: Page) -> dict[str, str]:
    """Each application that the page names, and what it says of it."""
    pairs = re.findall(r"<p><strong>(.+?)</strong><span>(.+?)</span>", page.text)
    return dict(pairs)


def together(walk: Walk, *others: dict[str, Any], **metadata: Any) -> tuple[App, str]:
    """The client that will ask for the logout, with its ID token, and others in its session."""
    person, client = walk.agreed(**metadata)
    for other in others:
        joining = walk.factory.client(**other)
        walk.agree(person, joining)
        walk.code(joining)
    return client, walk.tokens(client)["id_token"]


def sign_out(walk: Walk, hint: str, **parameters: str) -> Page:
    query = {"id_token_hint": hint, "post_logout_redirect_uri": BYE} | parameters
    return walk.browser.get(f"/logout?{urlencode(query)}")


def test_a_frame_for_each_application_names_issuer_and_session(walk: Walk) -> None:
    _, hint = together(walk, {"frontchannel_logout_uri": ELSEWHERE}, frontchannel_logout_uri=OUT)
    page = sign_out(walk, hint)
    assert page.status == 200
    first, second = sorted(frames(page))
    assert first.partition("&")[0] == OUT  # kept byte for byte
    known = parse_qs(urlsplit(first).query)
    sid = walk.decoded(hint).claims["sid"]
    assert (known["iss"], known["sid"]) == ([ISSUER], [sid])
    assert second.startswith(f"{ELSEWHERE}?iss=")
    assert sid not in second


def test_the_page_may_embed_those_origins_alone(walk: Walk) -> None:
    _, hint = together(walk, {"frontchannel_logout_uri": ELSEWHERE}, frontchannel_logout_uri=OUT)
    page = sign_out(walk, hint)
    expected = {"https://app.example", "https://elsewhere.example:8443"}
    assert set(frame_source(page)) == expected
    assert frame_source(walk.browser.get("/account/signed-out"))  # a reload tells again
    assert frame_source(Browser(walk.app).get("/account/signed-out")) == []


def test_no_frame_may_take_the_page_elsewhere(walk: Walk) -> None:
    _, hint = together(walk, frontchannel_logout_uri=OUT)
    sandbox = re.search(r'<iframe [^>]*sandbox="([^"]*)"', sign_out(walk, hint).text)
    assert sandbox
    assert sandbox[1].split() == ["allow-scripts", "allow-same-origin", "allow-forms"]


def test_the_way_back_is_a_link_that_needs_no_script(walk: Walk) -> None:
    _, hint = together(walk, frontchannel_logout_uri=OUT)
    page = sign_out(walk, hint, state="s")
    assert f'id="continue" href="{BYE}?state=s"' in page.text


def test_the_session_is_over_before_anybody_is_told(walk: Walk) -> None:
    client, hint = together(walk, frontchannel_logout_uri=OUT)
    sign_out(walk, hint)
    assert walk.silent(client) == "login_required"


def test_the_page_says_who_was_told_and_how(walk: Walk) -> None:
    _, hint = together(
        walk,
        {"client_name": "Cadre", "frontchannel_logout_uri": ELSEWHERE},
        {"client_name": "Serveur", "backchannel_logout_uri": "https://app.example/told"},
        {"client_name": "Sourde"},
        client_name="Portail",
    )
    page = sign_out(walk, hint)
    assert told(page) == {
        "Cadre": "Elle est prévenue par votre navigateur.",
        "Serveur": "Elle sera prévenue dans un instant.",
        "Sourde": "Elle ne peut pas être prévenue\u00a0: déconnectez-vous-y aussi.",
    }
    assert "Revenir à Portail" in page.text


def test_a_reload_says_what_became_of_it(walk: Walk) -> None:
    listens = {"client_name": "Serveur", "backchannel_logout_uri": "https://app.example/told"}
    _, hint = together(walk, listens)
    sign_out(walk, hint)
    for state, words in (
        (MessageState.SENT, "Elle est prévenue de votre déconnexion."),
        (MessageState.FAILED, "Elle n’a pas pu être prévenue\u00a0: déconnectez-vous-y aussi."),
    ):
        settle(walk, state)
        assert told(sign_out(walk, hint)) == {"Serveur": words}


def settle(walk: Walk, state: MessageState) -> None:
    with walk.database.writing() as session:
        session.execute(update(Message).values(state=state))


def test_another_browser_is_told_nothing_of_it(walk: Walk) -> None:
    _, hint = together(walk, {"client_name": "Sourde"})
    assert told(sign_out(walk, hint))
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": BYE})
    assert Browser(walk.app).get(f"/logout?{query}").address == BYE


def test_after_ten_minutes_nothing_is_told_any_more(walk: Walk, clock: HeldClock) -> None:
    _, hint = together(walk, {"client_name": "Sourde"})
    assert told(sign_out(walk, hint))
    clock.advance(600)
    assert sign_out(walk, hint).address == BYE


def test_a_forged_farewell_shows_nobodys_applications(walk: Walk) -> None:
    _, hint = together(walk, {"client_name": "Sourde"})
    sign_out(walk, hint)
    stranger = Browser(walk.app)
    for value in ("1", "k1.MQ.AAAA", "…", "k9.MQ.MQ"):
        stranger.client.set_cookie("dmp-farewell", value)
        assert told(stranger.get("/account/signed-out")) == {}


def test_the_account_pages_sign_out_tells_too(walk: Walk) -> None:
    together(walk, {"client_name": "Cadre", "frontchannel_logout_uri": ELSEWHERE})
    walk.browser.get("/account")
    walk.browser.submit()
    assert walk.browser.page.path == "/account/signed-out"
    assert "Cadre" in told(walk.browser.page)
    assert len(frames(walk.browser.page)) == 1


def test_a_disabled_application_is_not_embedded(walk: Walk, clock: HeldClock) -> None:
    client, hint = together(walk, frontchannel_logout_uri=OUT)
    walk.disable(client)
    clock.advance(1)
    assert frames(sign_out(walk, hint)) == []

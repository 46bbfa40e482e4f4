"""What holds for every page: headers, policy, title, language, whom to call."""

import re

import pytest
from flask import Flask

from tests.browser_client import Browser
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.web.pages import all_pages

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOOKING = {"/account/accesses"}
# What belongs to a journey of the application says so; the others belong to nobody.
OF_THE_APPLICATION = {
    "password",
    "password refused",
    "new password",
    "new password refused",
    "channel choice",
    "code",
    "code refused",
    "code too soon",
    "not mine",
    "activated",
    "consent",
    "done",
    "no passkey",
    "passkey refused",
    "second factor",
    "totp",
    "totp refused",
    "recovery code",
    "recovery code refused",
    "passkey wanted",
}


def test_every_page_has_the_headers_and_the_policy(
    browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    for name, page in all_pages(browser, factory, clock):
        assert page.headers["Content-Type"].startswith("text/html"), name
        for header, value in HEADERS.items():
            assert page.headers.getlist(header) == [value], (name, header)
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in page.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'", name
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'", name
        nonce = policy["script-src"].removeprefix("'nonce-").removesuffix("'")
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert all(f'nonce="{nonce}"' in script for script in scripts), name
        targets = "'self' https://app.example" if name in OF_THE_APPLICATION else "'self'"
        assert policy["form-action"] == targets, name


def test_what_is_wrong_is_said_beside_its_field_too(
    browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    """The summary leads there; no code that was refused stands there to be sent again."""
    refused = {
        name: page.text
        for name, page in all_pages(browser, factory, clock)
        if name.endswith("refused") and "passkey" not in name
    }
    assert len(refused) >= 12
    for name, text in refused.items():
        if 'name="password"' in text and "pas le bon" in text:
            continue  # which of the two it is, nobody is told
        (told,) = set(re.findall(r'aria-describedby="[^"]*?([\w-]+)-messages"', text)) or {None}
        assert told, name
        assert f'id="{told}-messages"' in text, name
        wrong = next(each for each in re.findall(r"<input[^>]+>", text) if f'id="{told}"' in each)
        assert 'aria-invalid="true"' in wrong, name
        assert 'name="code"' not in wrong or 'value=""' in wrong, name


def test_no_two_pages_share_a_nonce(browser: Browser, factory: Factory, clock: HeldClock) -> None:
    policies = [
        page.headers["Content-Security-Policy"] for _, page in all_pages(browser, factory, clock)
    ]
    assert len(set(policies)) == len(policies)


def test_every_title_names_its_step_and_every_page_its_language(
    browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    titles: dict[str, str] = {}
    for name, page in all_pages(browser, factory, clock):
        assert '<html lang="fr"' in page.text, name
        title = re.search(r"<title>(.*)</title>", page.text)
        assert title, name
        titles[name] = title[1]
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
        assert heading, name
        assert title[1].endswith("Dossier Médical Partagé"), name
    assert titles["password"] == "Se connecter – Portail patient – Dossier Médical Partagé"
    assert titles["password refused"].startswith("Erreur – Se connecter")
    assert titles["code"].startswith("Saisissez le code reçu par SMS – Portail patient")
    assert titles["new password refused"].startswith("Erreur – Choisir votre mot de passe")
    assert titles["consent"].startswith("Ce que l’application saura de vous – Portail patient")
    assert titles["no such page"].startswith("Cette page n’existe pas")
    assert len(set(titles.values())) > 20


def test_every_page_says_whom_to_call_and_what_the_law_asks(
    browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    for name, page in all_pages(browser, factory, clock):
        text = page.text.replace("\u00a0", " ").replace("\u202f", " ")
        assert "Assistance DMP" in text, name
        assert "09 00 00 00 00" in text, name
        assert "de 8 h 30 à 17 h 30" in text, name
        for link in ("/legal/accessibility", "/legal/data-protection", "/legal/notice"):
            assert f'href="{link}"' in page.text, name


def test_every_form_carries_a_token_and_no_page_shows_none(
    browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    for name, page in all_pages(browser, factory, clock):
        for action, values in browser.forms():
            # A form that only looks for something has none to give away in its address.
            assert bool(values.get("csrf_token")) == (action not in LOOKING), name
        words = re.sub(r"<[^>]*>", " ", page.text)
        assert not re.search(r"\b(None|undefined|nan)\b", words), name
        assert "{{" not in page.text, name
        assert "{%" not in page.text, name


def test_every_page_links_to_itself_in_the_other_language_and_the_link_works(
    browser: Browser, factory: Factory, clock: HeldClock, app: Flask
) -> None:
    for name, page in all_pages(browser, factory, clock):
        link = re.search(r'<a class="reach language" href="([^"]+)" lang="en"', page.text)
        assert link, name
        answer = browser.client.get(link[1].replace("&amp;", "&"), base_url="http://localhost:8000")
        assert answer.status_code in {page.status, 200, 303}, name
        browser.client.delete_cookie("dmp-language")


def test_the_english_pages_are_english(
    browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    browser.client.set_cookie("dmp-language", "en")
    for name, page in all_pages(browser, factory, clock):
        assert '<html lang="en"' in page.text, name
        words = re.sub(r"<[^>]*>", " ", page.text)
        assert not re.search(r"\b(votre|vous|courrier|mot de passe)\b", words), name

"""Stretches of a recovery, and what arrives of it."""

import re
from typing import Any

from flask import Flask

from idp.config import Settings
from idp.db import Database
from idp.directory import lookups
from tests.browser_client import Browser, Page
from tests.factories import Factory, Person

NEW = "quatre poires mûres dans un panier rond"
MOBILE = "+33612345678"


def look_up(app: Flask) -> int:
    """What the worker does every second."""
    provider = app.extensions["idp"].provider
    database: Database = provider.database
    settings: Settings = provider.settings
    return lookups.answer_lookups(database, settings)


def sent(factory: Factory, *kinds: str) -> list[dict[str, Any]]:
    """What people are written to of these kinds, the oldest first."""
    return [each for each in factory.messages() if each["kind"] in kinds and "context" in each]


def ask_for_password(browser: Browser, identifier: str) -> Page:
    browser.get("/recovery/password")
    return browser.submit(identifier=identifier)


def ask_for_identifier(browser: Browser, contact: str) -> Page:
    browser.get("/recovery/identifier")
    return browser.submit(contact=contact)


def ask_for_block(browser: Browser, identifier: str) -> Page:
    browser.get("/emergency")
    return browser.submit(identifier=identifier)


def link_and_code(factory: Factory) -> tuple[str, str]:
    """The newest ones."""
    told = [each["context"] for each in sent(factory, "recovery")]
    token = next(each["token"] for each in reversed(told) if each.get("token"))
    code = next(each["code"] for each in reversed(told) if each.get("code"))
    return f"/recovery/link/{token}", code


def begin(app: Flask, factory: Factory, person: Person) -> tuple[str, str]:
    """Asked for by a browser without a past: the link that came by mail, and the code by SMS."""
    ask_for_password(Browser(app), person.identifier)
    assert look_up(app)
    return link_and_code(factory)


def to_new_password(browser: Browser, link: str, code: str) -> Page:
    """By link and code, to the page that follows."""
    browser.get(link)
    return browser.submit(code=code)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def words(page: Page) -> str:
    """What a page says, without what is random in it."""
    text = re.sub(r'nonce="[^"]*"|value="[^"]*"|/emergency/[\w-]{22}', "", page.text)
    return re.sub(r"[\w-]{22,}", "", text)

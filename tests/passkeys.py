"""Stretches of a journey with the other second factors: what a page's script would do, and what an
authenticator application shows."""

import re
from typing import Any

import pyotp

from idp import clock
from idp.factors.totp import STEP
from tests.authenticator import Authenticator
from tests.browser_client import ISSUER, Browser, Page


def ask(browser: Browser) -> dict[str, Any]:
    """What the page's script is told to ask the authenticator."""
    found = re.search(r'data-options-url="([^"]+)"', browser.page.text)
    assert found, browser.page.text
    token = next(values["csrf_token"] for _, values in browser.forms() if "answer" in values)
    answer = browser.client.post(found[1], data={"csrf_token": token}, base_url=ISSUER)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def send(browser: Browser, text: str, **fields: str) -> Page:
    """The page's form, with what an authenticator answered."""
    forms = enumerate(browser.forms())
    number = next(number for number, (_, values) in forms if "answer" in values)
    return browser.submit(form=number, answer=text, **fields)


def use(browser: Browser, authenticator: Authenticator) -> Page:
    """The page's button, and the passkey."""
    return send(browser, authenticator.get(ask(browser)))


def add_passkey(
    browser: Browser, authenticator: Authenticator | None = None, name: str = "Mon téléphone"
) -> Authenticator:
    """In one's own account, where the second factor is fresh."""
    authenticator = authenticator or Authenticator()
    browser.get("/account/passkeys/new")
    page = send(browser, authenticator.create(ask(browser)), name=name)
    assert page.path == "/account/factors", page.text
    return authenticator


def shown(secret: str, steps: int = 0) -> str:
    """What an authenticator application shows now, or so many steps later."""
    return pyotp.TOTP(secret).at(clock.now() + steps * STEP)


def add_totp(browser: Browser) -> str:
    """The secret that the application has from now on; the code of this moment is used up."""
    begin_totp(browser)
    secret = waiting_secret(browser)
    page = browser.submit(code=shown(secret))
    assert page.path == "/account/factors", page.text
    return secret


def begin_totp(browser: Browser) -> Page:
    browser.get("/account/totp/new")
    return browser.submit()


def waiting_secret(browser: Browser) -> str:
    found = re.search(r'id="key">([A-Z2-7 ]+)<', browser.page.text)
    assert found, browser.page.text
    return found[1].replace(" ", "")


def make_recovery_codes(browser: Browser) -> list[str]:
    browser.get("/account/recovery-codes")
    browser.submit()
    return re.findall(r"<li>([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})</li>", browser.page.text)

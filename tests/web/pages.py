"""Every page there is, as a visitor meets it."""

import re
from collections.abc import Iterator

from idp.config import LEVELS
from tests.browser_client import Browser, Page
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_passkey, shown, waiting_secret
from tests.recoveries import MOBILE, NEW, ask_for_block, begin
from tests.walks import CHOSEN, choose_password, fail_password

HIGHEST_LEVEL = f'{{"id_token":{{"acr":{{"essential":true,"value":"{LEVELS[2]}"}}}}}}'

PUBLIC = (
    "/sign-in",
    "/activation",
    "/forgotten",
    "/recovery/password",
    "/recovery/password/sent",
    "/recovery/identifier",
    "/recovery/identifier/sent",
    "/recovery/new-password/done",
    "/emergency",
    "/emergency/blocked",
    "/legal/accessibility",
    "/legal/data-protection",
    "/legal/notice",
    "/account/signed-out",
)


def all_pages(browser: Browser, factory: Factory, clock: HeldClock) -> Iterator[tuple[str, Page]]:
    """(name, page) of each step, refusal and error, in one visit from the letter to the end."""
    for address in PUBLIC:
        yield address, browser.get(address)
    yield from _errors(browser)
    person = factory.person(activated=False, mobile="+33612345678")
    portal = factory.client(client_name="Portail patient")
    browser.authorize(portal, scope="openid identite_pivot email")
    yield "password", browser.page
    yield "password refused", fail_password(browser, person.identifier)
    yield "new password", browser.give_password(person)
    yield "new password refused", choose_password(browser, "court")
    yield "channel choice", choose_password(browser)
    yield "code", browser.submit(channel="sms")
    yield "code refused", browser.submit(code="x")
    yield "not mine", browser.get(browser.page.path.replace("/code", "/not-mine"))
    yield "code too soon", _too_soon(browser)
    yield "activated", browser.give_code(factory)
    yield "consent", browser.get(browser.page.path + "/continue")
    start = browser.page.path.rpartition("/")[0]
    browser.submit(decision="accept")
    yield "done", browser.get(start)
    yield from _account(browser)
    demanding = factory.client(client_name="Portail exigeant")
    yield from _factors(browser, demanding)
    yield from _other_ways(browser, demanding, person)
    yield from _recoveries(browser, factory, person)
    yield "logout", browser.get(f"/logout?client_id={portal.client_id}")
    browser.get("/account")
    yield "signed out", browser.submit()
    browser.get("/sign-in")
    clock.advance(1800)
    browser.get("/sign-in")
    stale = browser.page.path
    clock.advance(1800)
    yield "expired", browser.get(stale)


def _errors(browser: Browser) -> Iterator[tuple[str, Page]]:
    yield "no such page", browser.get("/nowhere")
    yield "wrong method", browser.post("/forgotten")
    yield "no such journey", browser.get("/interaction/" + "A" * 22)
    yield "refused request", browser.get("/authorize?client_id=nobody")
    yield "form without token", browser.post("/account/sign-out")


def _recoveries(browser: Browser, factory: Factory, person: Person) -> Iterator[tuple[str, Page]]:
    """The ways back, of a person with every kind of factor and of one with none but channels."""
    browser.get("/recovery/password")
    yield "lost password refused", browser.submit(identifier="1")
    browser.get("/recovery/identifier")
    yield "lost identifier refused", browser.submit(contact="1")
    for whose, name in ((person, "proof"), (factory.person(mobile=MOBILE), "new password")):
        link, code = begin(browser.app, factory, whose)
        yield f"recovery link before {name}", browser.get(link)
        yield f"recovery link before {name} refused", browser.submit(code="x")
        yield f"recovery {name}", browser.submit(code=code)
        if name == "proof":
            for form, kind in ((1, "totp"), (2, "recovery code")):
                yield f"recovery proof by {kind} refused", browser.submit(form=form, code="")
    yield "recovery new password refused", choose_password(browser, "court")
    yield "recovery done", choose_password(browser, NEW)
    yield "link over", browser.get("/recovery/link/" + "A" * 22)
    yield "not me", browser.get(f"/not-me/{_token(factory)}")
    yield "blocked", browser.submit()
    yield "emergency code", ask_for_block(browser, person.identifier)
    yield "emergency code refused", browser.submit(code="x")


def _token(factory: Factory) -> str:
    tokens = [each.get("context", {}).get("token") for each in factory.messages()]
    return str(next(token for token in reversed(tokens) if token))


def _too_soon(browser: Browser) -> Page:
    browser.get(browser.page.path.replace("not-mine", "code"))
    return browser.submit(form=1, channel="sms")


def _account(browser: Browser) -> Iterator[tuple[str, Page]]:
    for name in ("", "/identity", "/applications", "/not-me"):
        yield f"account{name}", browser.get(f"/account{name}")
    browser.get("/account/applications")
    link = browser.page.text.partition("/withdraw")[0].rpartition('"')[2]
    yield "withdraw", browser.get(f"{link}/withdraw")
    yield "change password", browser.get("/account/password")
    yield "change password refused", browser.submit(new_password="court")
    yield "channels", browser.get("/account/channels")
    yield "remove channel", browser.get("/account/channels/mail/remove")
    yield "new channel", browser.get("/account/channels/mail/new")
    yield "new channel refused", browser.submit(value="x")
    yield "channel code", browser.submit(value="nouvelle@exemple.fr")
    yield "channel code refused", browser.submit(code="x")
    yield "close", browser.get("/account/close")
    yield "export", browser.get("/account/export")
    yield "export being made", browser.submit()
    yield "sessions", browser.get("/account/sessions")
    yield "accesses", browser.get("/account/accesses?kind=connections")


def _factors(browser: Browser, demanding: App) -> Iterator[tuple[str, Page]]:
    """The ways to sign in, and a person who has them all in the end."""
    yield "no passkey", browser.authorize(demanding, claims=HIGHEST_LEVEL)
    yield "new passkey", browser.get("/account/passkeys/new")
    yield "new passkey refused", browser.submit(answer="{}", name="x")
    add_passkey(browser)
    link = re.search(r"/account/passkeys/\d+", browser.page.text)
    assert link
    yield "passkey", browser.get(link[0])
    yield "begin totp", browser.get("/account/totp/new")
    yield "new totp", browser.submit()
    yield "new totp refused", browser.submit(code="x")
    browser.submit(code=shown(waiting_secret(browser)))
    yield "remove totp", browser.get("/account/totp/remove")
    yield "recovery codes", browser.get("/account/recovery-codes")
    yield "new recovery codes", browser.submit()
    yield "factors", browser.get("/account/factors")


def _other_ways(browser: Browser, demanding: App, person: Person) -> Iterator[tuple[str, Page]]:
    """After the password, each way to a second factor; then the level that wants a passkey."""
    browser.authorize(demanding, prompt="login")
    yield "passkey refused", browser.submit(form=1, answer="{}")
    browser.authorize(demanding, prompt="login")
    browser.submit(identifier=person.identifier, password=CHOSEN)
    yield "second factor", browser.page
    start = browser.page.path.rpartition("/")[0]
    yield "totp", browser.get(f"{start}/totp")
    yield "totp refused", browser.submit(code="x")
    yield "recovery code", browser.get(f"{start}/recovery-code")
    yield "recovery code refused", browser.submit(code="")
    yield "passkey wanted", browser.authorize(demanding, acr_values=LEVELS[2])

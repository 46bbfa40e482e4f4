"""What the conformance suite's browser looks for is on the pages, where it looks for it."""

from conformance import browser as suite_browser
from conformance import plans
from conformance.clients import METHODS, document
from idp.config import LEVELS
from idp.directory import client_metadata
from tests.browser_client import Browser
from tests.factories import Factory

PASSWORD_PAGE = ("identifier", "password", "continue")


def has(page: str, *ids: str) -> bool:
    return all(f'id="{name}"' in page for name in ids)


def test_every_element_that_is_clicked_or_filled_in_is_there(
    browser: Browser, factory: Factory
) -> None:
    client, person = factory.client(minimum_acr=LEVELS[0]), factory.person()
    assert has(browser.authorize(client).text, *PASSWORD_PAGE)
    assert 'class="reach language"' in browser.page.text
    assert has(browser.give_password(person).text, "accept")
    assert "<h1" in browser.page.text
    page = browser.authorize(client, response_mode="form_post", prompt="consent")
    assert has(browser.submit(decision="accept").text, "continue"), page.text
    assert has(browser.get("/logout").text, "sign-out")


def test_no_other_element_is_looked_for() -> None:
    told = suite_browser.rules("123456789012", "password")
    rules = [
        *told["browser"],
        *(rule for each in told["override"].values() for rule in each["browser"]),
    ]
    commands = [each for rule in rules for task in rule["tasks"] for each in task["commands"]]
    ours = {"identifier", "password", "continue", "accept", "sign-out"}
    looked_for = {(kind, name) for _, kind, name, *_ in commands}
    assert looked_for == {("id", name) for name in ours} | {
        ("id", "submission_complete"), ("css", "h1"), ("css", "a.language"),
    }  # fmt: skip


def test_the_clients_can_be_registered_and_every_plan_has_a_name() -> None:
    for name, method in METHODS.items():
        client_metadata.read(document(name, method), client_metadata.SCOPES)
    assert all(title.endswith("-certification-test-plan") for title, _ in plans.PLANS.values())

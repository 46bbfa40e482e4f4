"""French first, English when somebody asks for it: the hand, the application, the browser."""

import pytest

from tests.browser_client import Browser
from tests.factories import Factory
from tests.walks import begin_activation, choose_password

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def language(browser: Browser) -> str:
    return browser.page.text.partition('<html lang="')[2][:2]


@pytest.mark.parametrize(
    ("preferred", "shown"),
    [
        ("", "fr"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("de-DE,de;q=0.9", "fr"),
        ("de;q=0.9,en;q=0.1", "en"),
        ("*", "fr"),
        (";;;q=,,en;q=x", "fr"),
        ("\x7fé" * 50, "fr"),
        ("en;q=0", "fr"),
        ("x" * 5000, "fr"),
    ],
)
def test_the_browsers_preference_is_followed(browser: Browser, preferred: str, shown: str) -> None:
    headers = {"Accept-Language": preferred.encode("utf-8").decode("latin-1")}
    browser.get("/legal/notice", headers=headers)
    assert browser.page.status == 200
    assert language(browser) == shown


def test_the_applications_wish_comes_before_the_browsers(
    browser: Browser, factory: Factory
) -> None:
    browser.authorize(factory.client(), ui_locales="de en-GB fr")
    assert language(browser) == "en"
    assert "Sign in" in browser.page.text


def test_the_applications_wish_is_its_journeys_alone(browser: Browser, factory: Factory) -> None:
    browser.authorize(factory.client(), ui_locales="en")
    browser.get("/legal/notice")
    assert language(browser) == "fr"


@pytest.mark.parametrize("wish", ["", "xx", "é", "en_" * 40, "e n"])
def test_a_wish_that_says_nothing_is_none(browser: Browser, factory: Factory, wish: str) -> None:
    browser.authorize(factory.client(), ui_locales=wish)
    assert browser.page.status == 200


def test_the_choice_by_hand_comes_before_all_and_lasts(browser: Browser, factory: Factory) -> None:
    browser.authorize(factory.client(), ui_locales="fr")
    browser.get(browser.page.path + "?lang=en")
    assert language(browser) == "en"
    assert browser.client.get_cookie("dmp-language").max_age == 31_536_000
    browser.get(browser.page.path)
    assert language(browser) == "en"
    browser.get("/legal/notice?lang=fr")
    assert language(browser) == "fr"


@pytest.mark.parametrize("value", ["xx", "", "en'", "<b>", "en\r\nSet-Cookie: x=y"])
def test_a_language_that_we_do_not_speak_changes_nothing(browser: Browser, value: str) -> None:
    browser.get("/legal/notice", query_string={"lang": value})
    assert language(browser) == "fr"
    assert browser.client.get_cookie("dmp-language") is None
    browser.client.set_cookie("dmp-language", "zz")
    assert browser.get("/legal/notice").status == 200


def test_the_switch_keeps_what_the_address_says(browser: Browser) -> None:
    browser.get("/legal/notice", query_string={"a": "b&c", "lang": "en"})
    assert 'href="/legal/notice?a=b%26c&amp;lang=fr"' in browser.page.text


def test_the_message_speaks_the_pages_language(browser: Browser, factory: Factory) -> None:
    person = factory.person(activated=False)
    browser.client.set_cookie("dmp-language", "en")
    begin_activation(browser, person)
    choose_password(browser)
    browser.give_code(factory)
    assert {each["locale"] for each in factory.messages()} == {"en"}

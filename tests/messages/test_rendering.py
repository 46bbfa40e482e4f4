"""The words: what they say, what they must not, and how they are set."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from idp.config import Settings
from idp.directory import account_notices
from idp.factors import notices
from idp.messages import local_time
from idp.messages.rendering import Rendered, UnknownMessage, render

# 3GPP TS 23.038, section 6.2.1: the default alphabet and its extension.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)

# 22 November 2026, 13.42 UTC.
AT = 1_795_354_920
CODE = {"code": "428197", "expires_at": AT, "client_name": "Portail patient"}
OUR_LINK = r'(href=")?http://localhost:8000/(not-me|recovery/link)/S0me22CharactersAt_Ran"?'
TOKEN = "S0me22CharactersAt_Ran"
NOTICE = {"at": AT, "token": TOKEN, "browser": ""}
NOTICES = [what for name, what in vars(notices).items() if name.isupper() and isinstance(what, str)]
CONTEXTS: list[tuple[str, dict[str, Any]]] = [
    ("one-time-code", CODE | {"purpose": "connection"}),
    ("one-time-code", CODE | {"purpose": "connection", "client_name": None}),
    ("one-time-code", CODE | {"purpose": "activation"}),
    ("password-activated", {"at": AT, "token": TOKEN}),
    ("identity-corrected", {"at": AT}),
    ("recovery", CODE | {"token": TOKEN}),
    ("recovery-by-letter", {}),
    ("login-identifier", {"login_identifier": "123456789012"}),
    ("emergency-code", CODE),
    *(("security-notice", NOTICE | {"what": what}) for what in NOTICES),
    (
        "security-notice",
        NOTICE | {"what": notices.NEW_DEVICE, "browser": "Samsung Internet/Android"},
    ),
    ("security-notice", NOTICE | {"what": notices.ACCOUNT_BLOCKED, "token": None}),
]
LINK = "https://connexion.dmp.example/cancel/" + "x" * 22
CONTEXTS += [
    ("channel-code", {"code": "428197", "expires_at": AT}),
    *(
        ("channel-announced", {"new": new, "masked": "m•••@e•••.fr", "at": AT, "url": LINK})
        for new in ("mail", "sms")
    ),
]
CONTEXTS += [
    (
        "account-notice",
        {"event": event, "at": AT, "token": None if event in {"closed", "closing_shut"} else TOKEN},
    )
    for name, event in vars(account_notices).items()
    if name.isupper()
]
every_message = pytest.mark.parametrize(("kind", "context"), CONTEXTS)
every_locale = pytest.mark.parametrize("locale", ["fr", "en"])


@pytest.fixture
def house(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with()


def words(rendered: Rendered) -> str:
    html = re.sub(r"<style>.*?</style>|<[^>]+>", "", rendered.html or "", flags=re.DOTALL)
    return rendered.subject + rendered.text + html


@every_message
@every_locale
def test_a_subject_says_who_writes_and_holds_no_code(
    kind: str, context: dict[str, Any], locale: str, house: Settings
) -> None:
    mail = render(kind, "mail", locale, context, house)

    assert mail.subject.endswith("– Dossier Médical Partagé")
    assert not re.search(r"\d", mail.subject)


@every_message
def test_french_is_set_as_it_should_be(kind: str, context: dict[str, Any], house: Settings) -> None:
    mail = words(render(kind, "mail", "fr", context, house)).replace(LINK, "")

    assert not re.search(r"['\"]|\.\.\.", mail)
    assert not re.search(r"(?<!\u202f)[;!?]", mail)
    assert not re.search(r"(?<!\u00a0):", re.sub(OUR_LINK, "", mail))


@every_message
@every_locale
def test_the_html_mail_needs_nothing_from_elsewhere(
    kind: str, context: dict[str, Any], locale: str, house: Settings
) -> None:
    html = render(kind, "mail", locale, context, house).html or ""
    html = html.replace(f'<a href="{LINK}">', "")  # our own, which nothing is fetched from

    assert f'<html lang="{locale}">' in html
    elsewhere = re.sub(OUR_LINK, "", html)
    assert not re.search(r"<(img|table|script|link)\b|url\(|https?:|href=", elsewhere)
    assert "prefers-color-scheme: dark" in html


@every_message
@every_locale
def test_an_sms_fits_into_one(
    kind: str, context: dict[str, Any], locale: str, house: Settings
) -> None:
    text = render(kind, "sms", locale, context, house).text

    assert set(text) <= GSM
    assert len(text) <= 160


@every_locale
def test_the_last_line_of_an_sms_binds_the_code_to_our_host(locale: str, house: Settings) -> None:
    text = render("one-time-code", "sms", locale, CONTEXTS[0][1], house).text

    assert text.splitlines()[-1] == "@localhost #428197"


@pytest.mark.parametrize("channel", ["mail", "sms"])
def test_a_code_comes_with_its_hour_and_a_warning(channel: str, house: Settings) -> None:
    rendered = render("one-time-code", channel, "fr", CONTEXTS[0][1], house)

    assert "428197" in rendered.text
    assert "14 h 42" in rendered.text.replace("\u00a0", " ")
    assert "Nous ne vous demanderons jamais ce code par téléphone" in rendered.text


def test_a_code_says_for_whom_it_is(house: Settings) -> None:
    named, unnamed, activation, *_ = [
        render(kind, "mail", "fr", context, house).text for kind, context in CONTEXTS
    ]

    assert "Vous vous connectez à Portail patient." in named
    assert "Vous vous connectez à votre compte Dossier Médical Partagé." in unnamed
    assert "Vous activez votre compte Dossier Médical Partagé." in activation


@every_locale
def test_the_notice_of_activation_says_when_and_whom_to_call(locale: str, house: Settings) -> None:
    text = render("password-activated", "mail", locale, NOTICE, house).text

    assert local_time.day(AT, locale) in text
    assert "09 00 00 00 00" in text.replace("\u00a0", " ")


@every_locale
@pytest.mark.parametrize("what", NOTICES)
def test_each_notice_says_what_happened_in_words_of_its_own(
    what: str, locale: str, house: Settings
) -> None:
    for channel in ("mail", "sms"):
        said = render("security-notice", channel, locale, NOTICE | {"what": what}, house).text
        unknown = render("security-notice", channel, locale, NOTICE | {"what": "?"}, house).text
        assert len(said) > len(unknown) + 10


@every_locale
def test_a_notice_has_a_link_that_blocks_the_account(locale: str, house: Settings) -> None:
    for channel in ("mail", "sms"):
        text = render(
            "security-notice", channel, locale, NOTICE | {"what": "new_device"}, house
        ).text
        assert f"http://localhost:8000/not-me/{TOKEN}" in text


def test_a_name_with_markup_stays_a_name(house: Settings) -> None:
    context = CODE | {"purpose": "connection", "client_name": "<b>A & B</b>"}

    mail = render("one-time-code", "mail", "fr", context, house)

    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in (mail.html or "")
    assert "<b>A & B</b>" in mail.text


def test_a_language_that_we_do_not_have_is_french(house: Settings) -> None:
    context = CONTEXTS[0][1]

    assert render("one-time-code", "mail", "de", context, house) == render(
        "one-time-code", "mail", "fr", context, house
    )


def test_an_unknown_kind_is_refused(house: Settings) -> None:
    with pytest.raises(UnknownMessage):
        render("../secrets", "mail", "fr", {}, house)


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        (AT, "14 h 42", "2.42 pm"),
        (AT - 13 * 3600 - 37 * 60, "1 h 05", "1.05 am"),
        (AT + 9 * 3600 + 20 * 60, "0 h 02", "12.02 am"),
        (AT - 150 * 86400, "15 h 42", "3.42 pm"),  # in summer
    ],
)
def test_hours_are_those_of_paris(at: int, french: str, english: str) -> None:
    assert local_time.hour(at, "fr").replace("\u00a0", " ") == french
    assert local_time.hour(at, "en").replace("\u00a0", " ") == english

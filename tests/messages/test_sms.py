"""SMS, by apprise to a real endpoint."""

import logging
from collections.abc import Callable

import pytest

from idp.config import Settings
from idp.messages.channels import sms
from idp.messages.channels.outcome import Outgoing, Temporary, Unreachable, Withdrawn
from idp.messages.rendering import Rendered
from tests.messages.conftest import START
from tests.messages.sms_provider import Provider

TEXT = "Dossier Médical Partagé : code 428197, valable jusqu'à 14 h 42.\n@localhost #428197"
OUTGOING = Outgoing(7_001, "+33612345642", "fr", START, Rendered("", TEXT, None))


def yes() -> bool:
    return True


def test_the_text_arrives_as_it_was_written(settings: Settings, provider: Provider) -> None:
    sms.send(settings, OUTGOING, yes)

    (arrived,) = provider.texts
    assert arrived["message"] == TEXT
    assert arrived["to"] == "+33612345642"


def test_a_provider_that_fails_is_asked_again_later(settings: Settings, provider: Provider) -> None:
    provider.status = 500

    with pytest.raises(Temporary, match="did not take"):
        sms.send(settings, OUTGOING, yes)


def test_the_number_and_the_code_are_in_no_log(
    settings: Settings, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.status = 500

    with pytest.raises(Temporary):
        sms.send(settings, OUTGOING, yes)

    assert "12345642" not in caplog.text
    assert "428197" not in caplog.text


@pytest.mark.parametrize("url", ["", "carrier-pigeon://{to}"])
def test_a_provider_that_is_not_set_rightly_is_said(
    url: str, settings_with: Callable[..., Settings]
) -> None:
    with pytest.raises(Unreachable, match="IDP_SMS_URL"):
        sms.send(settings_with(sms_url=url), OUTGOING, yes)


def test_a_text_that_is_no_longer_ours_is_not_handed_over(
    settings: Settings, provider: Provider
) -> None:
    with pytest.raises(Withdrawn):
        sms.send(settings, OUTGOING, lambda: False)

    assert provider.texts == []

"""E-mail, through a real server."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from idp.config import Settings
from idp.messages.channels import mail
from idp.messages.channels.outcome import (
    Outgoing,
    Refused,
    Temporary,
    Undelivered,
    Unreachable,
    Withdrawn,
)
from idp.messages.rendering import Rendered
from tests.messages.conftest import START
from tests.messages.mail_server import Mailbox, certificate, free_port, mail_server

ADDRESS = "camille@example.org"
OUTGOING = Outgoing(
    number=7_001,
    recipient=ADDRESS,
    locale="fr",
    created_at=START,
    rendered=Rendered("Votre code – DMP", "Voici le code :\n428197\n", "<p>428197</p>"),
)


def yes() -> bool:
    return True


def refusal(settings: Settings, outgoing: Outgoing = OUTGOING) -> Undelivered:
    with pytest.raises(Undelivered) as caught:
        mail.send(settings, outgoing, yes)
    assert ADDRESS not in str(caught.value)
    return caught.value


def test_a_mail_arrives_with_both_its_forms(settings: Settings, mailbox: Mailbox) -> None:
    mail.send(settings, OUTGOING, yes)

    (arrived,) = mailbox.mails
    assert mailbox.recipients == [ADDRESS]
    assert arrived["Subject"] == "Votre code – DMP"
    assert arrived["From"] == "Dossier Médical Partagé <ne-pas-repondre@dmp.example>"
    assert arrived["Message-ID"] == "<7001@dmp.example>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Content-Language"] == "fr"
    assert arrived["Date"].datetime.timestamp() == START
    assert arrived.get_content_type() == "multipart/alternative"
    plain, html = arrived.get_body(("plain",)), arrived.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "428197" in plain.get_content()
    assert html.get_content().strip() == "<p>428197</p>"


def test_a_second_attempt_is_recognisably_the_same_mail(
    settings: Settings, mailbox: Mailbox
) -> None:
    mail.send(settings, OUTGOING, yes)
    mail.send(settings, OUTGOING, yes)

    assert mailbox.raw[0] == mailbox.raw[1]


def test_tls_from_the_first_byte(
    mailbox: Mailbox, pem: Path, mail_settings: Callable[..., Settings]
) -> None:
    with mail_server(mailbox, pem, tls_from_start=True) as port:
        mail.send(mail_settings(port, smtp_security="tls"), OUTGOING, yes)

    assert mailbox.recipients == [ADDRESS]


def test_a_server_that_is_not_there_is_unreachable(mail_settings: Callable[..., Settings]) -> None:
    problem = refusal(mail_settings(free_port()))

    assert isinstance(problem, Unreachable)
    assert str(problem) == "the mail server refused the connection"


def test_no_server_set_is_said(settings_with: Callable[..., Settings]) -> None:
    problem = refusal(settings_with())

    assert isinstance(problem, Unreachable)
    assert "IDP_SMTP_HOST" in str(problem)


def test_a_stranger_s_certificate_gets_no_mail(
    mailbox: Mailbox, mail_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    with mail_server(mailbox, certificate(tmp_path)) as port:
        problem = refusal(mail_settings(port))

    assert isinstance(problem, Unreachable)
    assert "certificate is not trusted" in str(problem)
    assert mailbox.raw == []


def test_certificates_that_are_not_there_are_said(
    settings: Settings, mail_settings: Callable[..., Settings]
) -> None:
    problem = refusal(mail_settings(settings.smtp_port, smtp_ca_file="/nowhere.pem"))

    assert "IDP_SMTP_CA_FILE" in str(problem)


def test_a_wrong_password_is_said_and_may_be_mended(
    settings: Settings, mail_settings: Callable[..., Settings]
) -> None:
    problem = refusal(mail_settings(settings.smtp_port, smtp_password="wrong"))

    assert isinstance(problem, Unreachable)
    assert str(problem) == "the mail server refused our user name or password (535)"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(f"550 no {ADDRESS} here", Refused), (f"450 {ADDRESS} later", Temporary)],
)
def test_a_refused_recipient_is_for_good_or_for_now(
    answer: str, kind: type[Undelivered], settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.refusals[ADDRESS] = answer

    problem = refusal(settings)

    assert type(problem) is kind
    assert answer[:3] in str(problem)


@pytest.mark.parametrize(("answer", "kind"), [("554 no", Refused), ("451 later", Temporary)])
def test_a_refused_message_is_for_good_or_for_now(
    answer: str, kind: type[Undelivered], settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.answer_to_data = answer

    assert type(refusal(settings)) is kind


@pytest.mark.parametrize("text", ["", "nobody", "a b@example.org", "a@b\r\nBcc: x@example.org"])
def test_what_is_no_address_is_refused_for_good(text: str, settings: Settings) -> None:
    problem = refusal(settings, replace(OUTGOING, recipient=text))

    assert isinstance(problem, Refused)


def test_a_domain_with_accents_is_written_as_servers_know_it(
    settings: Settings, mailbox: Mailbox
) -> None:
    mail.send(settings, replace(OUTGOING, recipient="camille@santé.example"), yes)

    assert mailbox.recipients == ["camille@xn--sant-epa.example"]


def test_a_mail_that_is_no_longer_ours_is_not_handed_over(
    settings: Settings, mailbox: Mailbox
) -> None:
    with pytest.raises(Withdrawn):
        mail.send(settings, OUTGOING, lambda: False)

    assert mailbox.raw == []

"""The inbox is a real mail server and a real SMS provider, and can be told to fail."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import apprise
import pytest
from cryptography import x509
from flask import Flask
from flask.testing import FlaskClient

from clients.database import Database
from clients.inbox.app import create_app
from clients.inbox.certificate import AUTHORITY, CERTIFICATE, ensure_certificate
from clients.inbox.mail import MailServer
from clients.inbox.messages import SCHEMA, Message, Messages
from clients.inbox.outage import Outage
from clients.settings import InboxSettings
from tests.clients.served import Ahead, served

USER, PASSWORD = "idp", "a password of the tests"


@pytest.fixture
def settings(tmp_path: Path) -> InboxSettings:
    return InboxSettings(8200, 0, USER, PASSWORD, tmp_path, tmp_path / "letters", 0.01)


@pytest.fixture
def messages(tmp_path: Path, clock: Ahead) -> Messages:
    return Messages(Database(tmp_path / "inbox.sqlite3", SCHEMA), clock)


@pytest.fixture
def outage(clock: Ahead) -> Outage:
    return Outage(clock)


@pytest.fixture
def inbox(settings: InboxSettings, messages: Messages, outage: Outage, clock: Ahead) -> Flask:
    return create_app(settings, messages, outage, clock)


@pytest.fixture
def page(inbox: Flask) -> FlaskClient:
    return inbox.test_client()


@pytest.fixture
def smtp_port(settings: InboxSettings, messages: Messages, outage: Outage) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    certificate = ensure_certificate(settings.directory)
    server = MailServer(settings, certificate, messages, outage)
    server.start(listener)
    yield port
    server.close()


def trusting(directory: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(directory / AUTHORITY))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def send(port: int, directory: Path, text: str, *, password: str = PASSWORD) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "ne-pas-repondre@dmp.fr", "marie@exemple.fr"
    mail["Subject"] = "Votre code – Dossier Médical Partagé"
    mail.set_content(text)
    mail.add_alternative(f"<p>{text}</p>", subtype="html")
    with smtplib.SMTP("localhost", port, timeout=5) as smtp:
        smtp.starttls(context=trusting(directory))
        smtp.login(USER, password)
        smtp.send_message(mail)


def received(page: FlaskClient) -> list[dict[str, object]]:
    answer = page.get("/messages.json").json
    assert isinstance(answer, list)
    return answer


def test_mail_arrives_over_verified_tls(
    smtp_port: int, settings: InboxSettings, page: FlaskClient
) -> None:
    send(smtp_port, settings.directory, "Votre code : 428\u202f197.")
    (message,) = received(page)
    assert message["kind"] == "mail"
    assert message["to"] == "marie@exemple.fr"
    assert message["subject"] == "Votre code – Dossier Médical Partagé"
    assert message["text"] == "Votre code : 428\u202f197."
    assert message["code"] == "428197"
    assert datetime.fromisoformat(str(message["received_at"])).tzinfo
    assert "ne-pas-repondre@dmp.fr" in str(message["headers"])


def test_both_names_of_this_machine_are_certified(settings: InboxSettings) -> None:
    certificate, _ = ensure_certificate(settings.directory)
    names = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
    alternative = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert alternative.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(a) for a in alternative.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_the_certificate_is_made_once_and_again_before_it_ends(settings: InboxSettings) -> None:
    file = settings.directory / CERTIFICATE
    ensure_certificate(settings.directory)
    first = file.read_bytes()
    ensure_certificate(settings.directory)
    assert file.read_bytes() == first
    ensure_certificate(settings.directory, datetime.now(UTC) + timedelta(days=800))
    assert file.read_bytes() != first


def test_a_missing_authority_is_made_anew(settings: InboxSettings) -> None:
    _, key = ensure_certificate(settings.directory)
    (settings.directory / AUTHORITY).unlink()
    ensure_certificate(settings.directory)
    assert (settings.directory / AUTHORITY).exists()
    assert key.stat().st_mode & 0o777 == 0o600


def test_nothing_is_said_before_starttls(smtp_port: int) -> None:
    with smtplib.SMTP("localhost", smtp_port, timeout=5) as smtp:
        assert smtp.mail("a@exemple.fr")[0] == 530
        with pytest.raises(smtplib.SMTPException):
            smtp.login(USER, PASSWORD)


def test_nothing_is_accepted_without_the_password(
    smtp_port: int, settings: InboxSettings, page: FlaskClient
) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        send(smtp_port, settings.directory, "123456", password="wrong")
    with smtplib.SMTP("localhost", smtp_port, timeout=5) as smtp:
        smtp.starttls(context=trusting(settings.directory))
        smtp.ehlo()
        assert smtp.mail("a@exemple.fr")[0] == 530
    assert received(page) == []


def test_a_server_that_is_down_answers_421_until_it_is_back(
    smtp_port: int, settings: InboxSettings, page: FlaskClient, clock: Ahead
) -> None:
    assert page.post("/outage", json={"mode": "smtp-down", "seconds": 60}).status_code == 200
    with pytest.raises(smtplib.SMTPConnectError) as refusal:
        send(smtp_port, settings.directory, "123456")
    assert refusal.value.smtp_code == 421
    assert "en panne" in page.get("/").text
    clock.seconds += 61
    send(smtp_port, settings.directory, "123456")
    assert len(received(page)) == 1


def test_a_connection_opened_before_the_outage_feels_it(
    smtp_port: int, settings: InboxSettings, page: FlaskClient
) -> None:
    with smtplib.SMTP("localhost", smtp_port, timeout=5) as smtp:
        smtp.starttls(context=trusting(settings.directory))
        smtp.login(USER, PASSWORD)
        page.post("/outage", json={"mode": "smtp-down"})
        assert smtp.mail("a@exemple.fr")[0] == 421


def test_a_slow_server_delivers_all_the_same(
    smtp_port: int, settings: InboxSettings, page: FlaskClient
) -> None:
    page.post("/outage", json={"mode": "slow"})
    send(smtp_port, settings.directory, "123456")
    assert len(received(page)) == 1


@pytest.mark.parametrize(
    "wish", [{}, {"mode": "other"}, {"mode": "slow", "seconds": "long"}, {"mode": ["slow"]}, [1]]
)
def test_an_outage_that_makes_no_sense_is_refused(page: FlaskClient, wish: object) -> None:
    assert page.post("/outage", json=wish).status_code == 400


def test_a_form_of_another_site_causes_no_outage(page: FlaskClient, outage: Outage) -> None:
    headers = {"Origin": "http://evil.example"}
    assert page.post("/outage", data={"mode": "slow"}, headers=headers).status_code == 400
    own = {"Origin": "http://localhost"}
    assert page.post("/outage", data={"mode": "slow"}, headers=own).status_code == 303
    assert outage.mode() == "slow"


def test_an_sms_arrives_through_apprise(inbox: Flask, page: FlaskClient) -> None:
    with served(inbox) as address:
        provider = apprise.Apprise()
        port = address.rsplit(":", 1)[1]
        provider.add(f"json://127.0.0.1:{port}/sms?:to=%2B33612345642")
        assert provider.notify(title="DMP", body="Votre code DMP : 913204")
    (message,) = received(page)
    assert (message["kind"], message["to"]) == ("sms", "+33612345642")
    assert (message["subject"], message["code"]) == ("DMP", "913204")


@pytest.mark.parametrize(
    "given", [{}, {"to": "+33612345642"}, {"message": "a"}, {"to": 1, "message": []}, "text", None]
)
def test_an_sms_without_recipient_or_text_is_refused(page: FlaskClient, given: object) -> None:
    assert page.post("/sms", json=given).status_code == 400
    assert page.post("/sms", data=b"\xff{", content_type="application/json").status_code == 400
    assert received(page) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Votre code : 428197.", "428197"),
        ("Votre code : 428 197, valable jusqu’à 14 h 42", "428197"),
        ("Code 428\u202f197", "428197"),
        ("Identifiant 1234 5678 9012", None),
        ("Identifiant 482 107 365 572", None),
        ("Appelez le 0612345642", None),
        ("Appelez le 06 12 34 56 42", None),
    ],
)
def test_only_a_one_time_code_is_taken_for_one(text: str, code: str | None) -> None:
    assert Message(1, "sms", "", "", text, {}, 0).code == code


def test_the_page_shows_newest_first_and_the_code_large(
    page: FlaskClient, messages: Messages
) -> None:
    messages.add("sms", "+33612345642", "", "Code 111111")
    messages.add("sms", "+33612345642", "", "Code 222222 <b>")
    text = page.get("/").text
    assert text.index("222 222") < text.index("111 111")
    assert "&lt;b&gt;" in text
    assert "06\u00a012\u00a034\u00a056\u00a042" in text


def test_the_page_renews_itself_with_and_without_script(page: FlaskClient) -> None:
    answer = page.get("/")
    assert '<noscript><meta http-equiv="refresh"' in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert page.get("/static/inbox.js").status_code == 200


def test_messages_can_be_cleared(page: FlaskClient, messages: Messages) -> None:
    messages.add("sms", "+33612345642", "", "Code 111111")
    assert page.delete("/messages").status_code == 204
    assert received(page) == []


def test_letters_are_listed_and_served_and_nothing_else(
    page: FlaskClient, settings: InboxSettings
) -> None:
    assert "Aucune lettre" in page.get("/").text
    settings.letters.mkdir()
    (settings.letters / "lettre.pdf").write_bytes(b"%PDF-1.7 letter")
    (settings.letters / "secret.txt").write_text("no letter")
    assert "/letters/lettre.pdf" in page.get("/").text
    answer = page.get("/letters/lettre.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    for name in ("secret.txt", "..%2finbox.sqlite3", "%2e%2e/inbox-key.pem", "none.pdf"):
        assert page.get(f"/letters/{name}").status_code == 404

"""E-mail over SMTP (RFC 5321), with STARTTLS (RFC 3207) or TLS from the first byte (RFC 8314)."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from idp.config import Settings
from idp.messages.channels.outcome import (
    Outgoing,
    Proceed,
    Refused,
    Temporary,
    Unreachable,
    Withdrawn,
)


def send(settings: Settings, outgoing: Outgoing, proceed: Proceed) -> None:
    """Hand over to the mail server; see the package for what is raised."""
    if not settings.smtp_host:
        raise Unreachable("no mail server is set (IDP_SMTP_HOST)")
    mail = compose(settings, outgoing)
    with _connected(settings) as server:
        if not proceed():
            raise Withdrawn("no longer to be sent")
        _hand_over(server, mail)


def compose(settings: Settings, outgoing: Outgoing) -> EmailMessage:
    """The same bytes at every attempt, Message-ID and date included: a mailbox, or a person, can
    tell that a message sent again after a crash is the same one (RFC 5322, section 3.6.4)."""
    mail = EmailMessage(policy=SMTP)
    domain = settings.mail_from.rpartition("@")[2]
    mail["Message-ID"] = f"<{outgoing.number}@{domain}>"
    mail["Date"] = format_datetime(datetime.fromtimestamp(outgoing.created_at, UTC))
    mail["From"] = Address(settings.mail_from_name, addr_spec=settings.mail_from)
    try:
        mail["To"] = Address(addr_spec=_ascii_domain(outgoing.recipient))
    except (ValueError, MessageError, IndexError) as error:
        raise Refused("the recipient is not an e-mail address") from error
    mail["Subject"] = outgoing.rendered.subject
    # RFC 3834, section 5: no vacation notice comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(outgoing.rendered.text, cte="quoted-printable")
    if outgoing.rendered.html is not None:
        mail.add_alternative(outgoing.rendered.html, subtype="html", cte="quoted-printable")
        mail.set_boundary(f"={outgoing.number}=")
    mail["Content-Language"] = outgoing.locale  # last: setting the content clears such headers
    return mail


def _ascii_domain(address: str) -> str:
    """A domain with accents as mail servers know it (RFC 5891)."""
    local, separator, domain = address.rpartition("@")
    return f"{local}{separator}{domain.encode('idna').decode('ascii')}"


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A session that is encrypted and authenticated as the settings say."""
    try:
        server = _open(settings)
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(_why_unreachable(error)) from error
    try:
        yield server
    finally:
        # Whatever happens to the farewell, the message was taken or refused before.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _open(settings: Settings) -> smtplib.SMTP:
    # Our own name for EHLO: without one, smtplib asks the DNS for it at each connection.
    own_name = urlsplit(settings.issuer).hostname
    host, port, timeout = settings.smtp_host, settings.smtp_port, settings.message_timeout
    if settings.smtp_security == "tls":
        return _signed_in(
            settings,
            smtplib.SMTP_SSL(host, port, own_name, timeout=timeout, context=_trust(settings)),
        )
    return _signed_in(settings, smtplib.SMTP(host, port, own_name, timeout=timeout))


def _signed_in(settings: Settings, server: smtplib.SMTP) -> smtplib.SMTP:
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=_trust(settings))
        if settings.smtp_username:
            server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _trust(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.smtp_ca_file or None)


def _hand_over(server: smtplib.SMTP, mail: EmailMessage) -> None:
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _refusal(code, "the recipient") from error
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, "the message") from error
    except smtplib.SMTPNotSupportedError as error:
        # A local part outside ASCII needs SMTPUTF8 (RFC 6531).
        raise Refused("the mail server cannot write to such an address") from error
    except smtplib.SMTPSenderRefused as error:
        # Ours to mend, whatever the code: the message waits.
        raise Temporary(f"the mail server refused the sender ({error.smtp_code})") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary(_why_unreachable(error)) from error


def _refusal(code: int, what: str) -> Temporary | Refused:
    """RFC 5321, section 4.2.1: 4yz may be tried again, 5yz should not."""
    if code >= 500:
        return Refused(f"the mail server refused {what} for good ({code})")
    return Temporary(f"the mail server refused {what} for now ({code})")


def _why_unreachable(error: Exception) -> str:
    words = next((words for kind, words in _REASONS if isinstance(error, kind)), _UNKNOWN)
    return words.format(
        code=getattr(error, "smtp_code", ""),
        detail=getattr(error, "verify_message", ""),
        name=type(error).__name__,
    )


_UNKNOWN = "the mail server cannot be reached ({name})"

# The first that fits. Never the server's own text: it may repeat an address.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "the mail server's certificate is not trusted ({detail})"),
    (ssl.SSLError, "no encrypted connection to the mail server"),
    (socket.gaierror, "the mail server's name is not known"),
    (TimeoutError, "the mail server did not answer in time"),
    (ConnectionRefusedError, "the mail server refused the connection"),
    (
        smtplib.SMTPAuthenticationError,
        "the mail server refused our user name or password ({code})",
    ),
    (smtplib.SMTPNotSupportedError, "the mail server does not offer the encryption or login set"),
    (smtplib.SMTPResponseException, "the mail server answered {code}"),
    (smtplib.SMTPServerDisconnected, "the mail server closed the connection"),
    (ConnectionError, "the mail server closed the connection"),
    (FileNotFoundError, "the certificates to trust are not there (IDP_SMTP_CA_FILE)"),
)

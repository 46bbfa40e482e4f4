"""A real SMTP server: STARTTLS first, then AUTH, then mail (RFC 5321, 3207, 4954)."""

from __future__ import annotations

import asyncio
import hmac
import logging
import socket
import ssl
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from clients.inbox.messages import Messages
from clients.inbox.outage import Outage
from clients.settings import InboxSettings

LARGEST = 1_000_000  # bytes of one mail
UNAVAILABLE = "421 4.3.2 Service not available, closing transmission channel"
SHOWN_HEADERS = ("From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language")


class Down(asyncio.Protocol):
    """What answers while the server is down (RFC 5321, section 3.8): 421, and the line is cut."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(f"{UNAVAILABLE}\r\n".encode())
            transport.close()


class Delivery:
    """aiosmtpd's handler: stores what is delivered. The hooks' names are the library's."""

    def __init__(self, messages: Messages, outage: Outage, slow_seconds: float) -> None:
        self._messages = messages
        self._outage = outage
        self._slow_seconds = slow_seconds

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        # A connection opened before the outage feels it too.
        if self._outage.mode() == "smtp-down":
            return UNAVAILABLE
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        mode = self._outage.mode()
        if mode == "smtp-down":
            return UNAVAILABLE
        if mode == "slow":
            await asyncio.sleep(self._slow_seconds)
        content = envelope.content or b""
        self._store(content if isinstance(content, bytes) else content.encode(), envelope.rcpt_tos)
        return "250 2.0.0 OK"

    def _store(self, content: bytes, recipients: list[str]) -> None:
        mail = message_from_bytes(content, policy=policy)
        headers = {name: str(mail[name]) for name in SHOWN_HEADERS if mail[name]}
        self._messages.add(
            "mail", ", ".join(recipients), str(mail["Subject"] or ""), _text(mail), headers
        )


class MailServer:
    """Runs the SMTP server on a listening socket, in a thread of its own, until close()."""

    def __init__(
        self,
        settings: InboxSettings,
        certificate: tuple[Path, Path],
        messages: Messages,
        outage: Outage,
    ) -> None:
        self._settings = settings
        self._outage = outage
        self._delivery = Delivery(messages, outage, settings.slow_seconds)
        # The library warns at each login of an attribute of its own that it still sets.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(*certificate)
        self._loop = asyncio.new_event_loop()

    def start(self, listener: socket.socket) -> None:
        threading.Thread(target=self._run, args=(listener,), daemon=True).start()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._loop.create_server(self._answer, sock=listener))
        self._loop.run_forever()

    def _answer(self) -> asyncio.BaseProtocol:
        """The protocol of one new connection."""
        if self._outage.mode() == "smtp-down":
            return Down()
        return SMTP(
            self._delivery,
            hostname="localhost",
            ident="ESMTP",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        expected = (self._settings.smtp_user, self._settings.smtp_password)
        known = isinstance(given, LoginPassword) and all(
            hmac.compare_digest(ours.encode(), theirs)
            for ours, theirs in zip(expected, (given.login, given.password), strict=True)
        )
        # Not handled: the library then answers 535 itself.
        return AuthResult(success=known, handled=False)


def _text(mail: EmailMessage) -> str:
    """The part that a person reads: plain text if there is one."""
    body = mail.get_body(("plain", "html"))
    try:
        return str(body.get_content()).strip() if body else ""
    except (LookupError, ValueError, KeyError):
        # An unknown character set or kind of content: show what came.
        return mail.as_string()[:10_000]

"""`python -m clients.inbox`: mail server, SMS endpoint and page, until SIGTERM."""

from __future__ import annotations

import sys
import time

from clients import settings
from clients.database import Database
from clients.inbox.app import create_app
from clients.inbox.certificate import ensure_certificate
from clients.inbox.mail import MailServer
from clients.inbox.messages import SCHEMA, Messages
from clients.inbox.outage import Outage
from clients.serving import listen, main, serve


def start(given: settings.InboxSettings) -> None:
    page = listen(given.port, "Boîte de réception")
    smtp = listen(given.smtp_port, "Boîte de réception (SMTP)")
    certificate = ensure_certificate(given.directory)
    messages = Messages(Database(given.directory / "inbox.sqlite3", SCHEMA), time.time)
    outage = Outage(time.monotonic)
    server = MailServer(given, certificate, messages, outage)
    server.start(smtp)
    serve(create_app(given, messages, outage), page, ending=(server.close,))


if __name__ == "__main__":
    sys.exit(main("clients.inbox", settings.inbox, start))

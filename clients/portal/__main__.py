"""`python -m clients.portal`: serves the application until SIGTERM."""

from __future__ import annotations

import sys

from clients import settings
from clients.portal.app import create_app
from clients.serving import listen, main, serve


def start(given: settings.RelyingPartySettings) -> None:
    listener = listen(given.port, "Portail patient")
    serve(create_app(given), listener)


if __name__ == "__main__":
    sys.exit(main("clients.portal", settings.portal, start))

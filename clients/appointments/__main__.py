"""`python -m clients.appointments`: serves the application until SIGTERM."""

from __future__ import annotations

import sys

from clients import settings
from clients.appointments.app import create_app
from clients.serving import listen, main, serve


def start(given: settings.RelyingPartySettings) -> None:
    listener = listen(given.port, "Rendez-vous")
    serve(create_app(given), listener)


if __name__ == "__main__":
    sys.exit(main("clients.appointments", settings.appointments, start))

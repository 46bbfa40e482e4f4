"""`python -m clients.professional`: serves the application until SIGTERM."""

from __future__ import annotations

import sys

from clients import settings
from clients.professional.app import create_app
from clients.serving import listen, main, serve


def start(given: settings.ProfessionalSettings) -> None:
    listener = listen(given.port, "Logiciel du cabinet")
    serve(create_app(given), listener)


if __name__ == "__main__":
    sys.exit(main("clients.professional", settings.professional, start))

"""`python -m clients.record_api`: serves the API until SIGTERM."""

from __future__ import annotations

import sys

from clients import settings
from clients.record_api.app import create_app
from clients.serving import listen, main, serve


def start(given: settings.RecordApiSettings) -> None:
    listener = listen(given.port, "API du dossier")
    serve(create_app(given), listener)


if __name__ == "__main__":
    sys.exit(main("clients.record_api", settings.record_api, start))

"""The identity provider of the Dossier Médical Partagé. This file knows everybody."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from idp.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The provider as a WSGI application. Raises `config.SettingsError`."""
    # Imported here, so that a command which needs a part does not pay for the whole.
    from idp.web.app import assemble

    return assemble(settings)

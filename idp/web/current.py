"""What the application in hand was made with."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from idp.config import Settings
from idp.db import Database
from idp.oidc.provider import Provider

EXTENSION = "idp"


@dataclass(frozen=True)
class Parts:
    """Kept in `app.extensions`."""

    provider: Provider


def provider() -> Provider:
    return cast(Parts, current_app.extensions[EXTENSION]).provider


def database() -> Database:
    return provider().database


def settings() -> Settings:
    return provider().settings

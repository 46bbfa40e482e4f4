"""What the application in hand was made with."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from idp.config import Settings
from idp.db import Database
from idp.oidc.provider import Provider
from idp.web.form_post import FormPost

EXTENSION = "idp"


@dataclass(frozen=True)
class Parts:
    """Kept in `app.extensions`."""

    provider: Provider
    form_post: FormPost


def provider() -> Provider:
    return _parts().provider


def form_post() -> FormPost:
    return _parts().form_post


def _parts() -> Parts:
    return cast(Parts, current_app.extensions[EXTENSION])


def database() -> Database:
    return provider().database


def settings() -> Settings:
    return provider().settings

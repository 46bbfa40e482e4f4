"""What the pages of one relying application work with."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

from clients.clock import Clock
from clients.issuer_keys import IssuerKeys
from clients.look.brand import Brand
from clients.relying_party.account import Accounts
from clients.relying_party.provider import Provider, Wish
from clients.relying_party.sessions import SessionStore
from clients.settings import RelyingPartySettings

RECORD_SCOPE = "dmp:documents"


@dataclass(frozen=True)
class Application:
    """What makes one application different from the other.

    `scope` and `acr_values` are asked for at sign-in, `record_scope` and `record_acr_values` when
    the record is wanted and the present token does not open it.
    """

    package: str
    cookie: str
    brand: Brand
    publisher: str
    scope: str
    acr_values: str
    record_scope: str
    record_acr_values: str
    record_title: str


@dataclass(frozen=True)
class Party:
    application: Application
    settings: RelyingPartySettings
    provider: Provider
    accounts: Accounts
    sessions: SessionStore
    keys: IssuerKeys
    clock: Clock

    def sign_in(self, next: str) -> Wish:
        return Wish(self.application.scope, self.application.acr_values, next)

    def open_record(self, next: str, acr_values: str | None, max_age: int | None) -> Wish:
        acr_values = acr_values or self.application.record_acr_values
        return Wish(self.application.record_scope, acr_values, next, max_age, asked=True)


def party() -> Party:
    """The one of the application being served."""
    found = current_app.extensions["relying_party"]
    if not isinstance(found, Party):
        raise TypeError("this Flask application is no relying party")
    return found


def own_path(wanted: str | None) -> str:
    """`wanted` when it is a path of this site, else the home page: never another site."""
    parts = urlsplit(wanted or "")
    # Browsers read a backslash as a slash, and drop control characters from an address.
    plain = bool(wanted) and "\\" not in str(wanted) and str(wanted).isprintable()
    if not plain or parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return "/"
    return "/" + parts.path.lstrip("/")

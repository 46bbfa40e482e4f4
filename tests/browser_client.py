"""A browser without a screen: keeps cookies, follows our own redirects, fills in forms by name.

It stops at the first address that is not the provider's: that is where the application answers.
"""

import hashlib
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from werkzeug.test import Client, TestResponse

from idp.crypto import b64encode
from tests.factories import App, Factory, Person

ISSUER = "http://localhost:8000"
VERIFIER = "v" * 43
CHALLENGE = b64encode(hashlib.sha256(VERIFIER.encode()).digest())
MOST_REDIRECTS = 10


class _Forms(HTMLParser):
    """Every form of a page: its action and the values of its controls."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._list = ""
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append((values.get("action") or "", {}))
        elif tag == "input" and self.forms and values.get("name"):
            if values.get("type") in {"checkbox", "radio"} and "checked" not in values:
                return
            self.forms[-1][1][str(values["name"])] = values.get("value") or ""
        elif tag == "select":
            self._list = values.get("name") or ""
        elif tag == "option" and self.forms and "selected" in values:
            if "value" in values:
                self.forms[-1][1][self._list] = values["value"] or ""
            else:
                self._text = self._list
        elif tag == "textarea" and self.forms and values.get("name"):
            self._text = str(values["name"])
            self.forms[-1][1][self._text] = ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.forms[-1][1][self._text] = data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"option", "textarea"}:
            self._text = None


class Page:
    """What the browser shows now."""

    def __init__(self, response: TestResponse, address: str) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.text = "" if _outside(address) else response.get_data(as_text=True)
        self.address = address
        self.path = urlsplit(address).path

    @property
    def parameters(self) -> dict[str, str]:
        """What an application is told: in the address, or by the form that leads to it."""
        for action, values in self.forms():
            if _outside(action):
                return values
        return dict(parse_qsl(urlsplit(self.address).query))

    def forms(self) -> list[tuple[str, dict[str, str]]]:
        """The action of each, and the values of its controls."""
        parser = _Forms()
        parser.feed(self.text)
        return parser.forms

    @property
    def is_outside(self) -> bool:
        return _outside(self.address)


def _outside(address: str) -> bool:
    return address.startswith(("http:", "https:")) and not address.startswith(ISSUER)


class Browser:
    """`page` is where it stands."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: Client = app.test_client()
        self.page: Page

    @property
    def cookies(self) -> str:
        """All of them, as a header has them."""
        return "; ".join(f"{each.key}={each.value}" for each in self.client._cookies.values())

    def get(self, address: str, **options: Any) -> Page:
        return self._follow(self.client.get(_path(address), base_url=ISSUER, **options), address)

    def post(self, address: str, data: Any = None, **options: Any) -> Page:
        response = self.client.post(_path(address), data=data, base_url=ISSUER, **options)
        return self._follow(response, address)

    def submit(self, form: int = 0, **values: str) -> Page:
        """Fill in the page's form of this number and send it."""
        action, present = self.forms()[form]
        return self.post(action or self.page.address, data=present | values)

    def forms(self) -> list[tuple[str, dict[str, str]]]:
        """The page's forms: the action of each, and the values of its controls."""
        return self.page.forms()

    def _follow(self, response: TestResponse, address: str) -> Page:
        for _ in range(MOST_REDIRECTS):
            if response.status_code not in {301, 302, 303}:
                break
            address = response.headers["Location"]
            if _outside(address):
                break
            response = self.client.get(_path(address), base_url=ISSUER)
        else:
            raise AssertionError(f"redirected in a circle: {address}")
        self.page = Page(response, address)
        return self.page

    # The journey, as most tests walk it.

    def authorize(self, app: App, **parameters: str | None) -> Page:
        return self.get(f"/authorize?{authorization_query(app, **parameters)}")

    def give_password(self, person: Person, password: str | None = None) -> Page:
        return self.submit(identifier=person.identifier, password=password or person.password)

    def give_code(self, factory: Factory) -> Page:
        return self.submit(code=factory.last_code())

    def sign_in(self, app: App, person: Person, factory: Factory, **parameters: str | None) -> Page:
        """From the application and back: password, code, consent."""
        self.authorize(app, **parameters)
        self.give_password(person)
        if self.page.path.endswith("/code"):
            self.give_code(factory)
        if self.page.path.endswith("/consent"):
            self.submit(decision="accept")
        return self.page

    def tokens(self, app: App, **values: str) -> TestResponse:
        """Redeem the code of the page where the journey ended."""
        return redeem(self.app, app, self.page.parameters["code"], **values)


def _path(address: str) -> str:
    return address.removeprefix(ISSUER)


def authorization_query(app: App, **parameters: str | None) -> str:
    """A right authorization request; a parameter given as None is left out."""
    values: dict[str, str | None] = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": "openid",
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | parameters
    return urlencode({name: value for name, value in values.items() if value is not None})


def redeem(flask_app: Flask, app: App, code: str, **values: str) -> TestResponse:
    """A right token request for a code, with the client's authentication; `values` override."""
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": app.redirect_uri,
        "code_verifier": VERIFIER,
    } | values
    return token_request(flask_app, app, data)


def token_request(
    flask_app: Flask, app: App, data: dict[str, Any], path: str = "/token", **options: Any
) -> TestResponse:
    """Any request of a client to one of our endpoints, authenticated as it is registered to."""
    client = flask_app.test_client()
    if app.secret is None:
        data = {"client_id": app.client_id} | data
    else:
        options["auth"] = (app.client_id, app.secret)
    return client.post(path, data=data, base_url=ISSUER, **options)

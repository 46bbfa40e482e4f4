"""A holder's browser that goes wherever it is sent: several hosts and ports, over the network."""

from collections.abc import Mapping
from urllib.parse import urljoin

import requests

from tests.browser_client import _Forms
from tests.factories import Person

MOST_REDIRECTS = 10
PATIENCE = 30.0  # seconds of silence, on a busy machine


class Walk:
    """`address` and `text` are of the page where it stands. As in every browser, a host has its
    cookies whatever the port."""

    def __init__(self, start: str) -> None:
        self._http = requests.Session()
        self._http.trust_env = False
        self.address = start
        self.status = 0
        self.text = ""
        self.passed: list[str] = []

    def open(self, address: str, form: dict[str, str] | None = None) -> None:
        """Go there, by POST with a form, and wherever it leads; `passed` is the way."""
        self.passed = []
        for _ in range(MOST_REDIRECTS):
            address = urljoin(self.address, address)
            self.passed.append(address)
            headers = self.load(address, form)
            self.address, form = address, None
            if "Location" not in headers:
                return
            address = headers["Location"]
        raise AssertionError(f"redirected in a circle: {address}")

    def load(self, address: str, form: dict[str, str] | None) -> Mapping[str, str]:
        """One request; the answer's headers."""
        method = "GET" if form is None else "POST"
        answer = self._http.request(
            method, address, data=form, allow_redirects=False, timeout=PATIENCE
        )
        self.status, self.text = answer.status_code, answer.text
        return answer.headers

    def submit(self, form: int = 0, **values: str) -> None:
        """Fill in the page's form of this number and send it."""
        parser = _Forms()
        parser.feed(self.text)
        action, present = parser.forms[form]
        self.open(action or self.address, present | values)

    def give_password(self, person: Person) -> None:
        assert self.address.endswith("/password"), self.text
        self.submit(identifier=person.identifier, password=person.password)

    def give_code(self, code: str) -> None:
        assert self.address.endswith("/code"), self.text
        self.submit(code=code)

    def agree(self, **optional: str) -> None:
        assert self.address.endswith("/consent"), self.text
        self.submit(decision="accept", **optional)

"""Who registers an application by itself, over HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.browser_client import ISSUER
from tests.factories import CALLBACK, App

DOCUMENT = {"client_name": "Mon carnet", "redirect_uris": [CALLBACK]}


def register(
    app: Flask, token: str | None = None, address: str = "203.0.113.7", **changes: Any
) -> TestResponse:
    """The answer to DOCUMENT with changes; None takes a member away."""
    document = {name: value for name, value in (DOCUMENT | changes).items() if value is not None}
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return app.test_client().post(
        "/register",
        json=document,
        headers=headers,
        base_url=ISSUER,
        environ_base={"REMOTE_ADDR": address},
    )


def problem(answer: TestResponse) -> str:
    """Which error, of a refusal that is one."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.json or {})["error_description"].isascii()
    return str((answer.json or {})["error"])


@dataclass
class Registrant:
    """An application that has registered itself; `document` is the provider's last answer."""

    app: Flask
    document: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def new(cls, app: Flask, **changes: Any) -> "Registrant":
        answer = register(app, **changes)
        assert answer.status_code == 201, answer.text
        return cls(app, dict(answer.json or {}))

    @property
    def client(self) -> App:
        """As the other helpers know it."""
        return App(
            0,
            self.document["client_id"],
            self.document.get("client_secret"),
            self.document["redirect_uris"][0],
            self.document,
        )

    def manage(self, method: str, token: str | None = None, **options: Any) -> TestResponse:
        """At registration_client_uri, with the registration access token or another one."""
        uri = urlsplit(self.document["registration_client_uri"])
        token = self.document["registration_access_token"] if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.app.test_client().open(
            f"{uri.path}?{uri.query}", method=method, headers=headers, base_url=ISSUER, **options
        )

    def update(self, **changes: Any) -> TestResponse:
        """PUT the document of the last answer, but for what is ours to say, with changes."""
        ours = {"registration_access_token", "registration_client_uri", "client_id_issued_at",
                "client_secret_expires_at"}  # fmt: skip
        members = {name: value for name, value in self.document.items() if name not in ours}
        wanted = {name: value for name, value in (members | changes).items() if value is not None}
        return self.manage("PUT", json=wanted)

"""Programs before the administration's API, over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.config import Settings
from idp.db import Database
from idp.directory import machine_operators, own_resources
from tests.browser_client import ISSUER, Browser, token_request
from tests.factories import App, Factory
from tests.oidc.walk import Walk

SCOPE = " ".join(own_resources.ADMINISTRATION.scopes)
ORGANISATION = "Cpam du Cher"


@dataclass
class Program:
    """An application that has a token, and what it sends."""

    app: Flask
    client: App
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().open(
            f"/api/v1{path}",
            method=method,
            json=body,
            base_url=ISSUER,
            headers={"Authorization": f"Bearer {self.token}"} | named,
        )

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == status, answer.text
        return answer.json

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code == status, answer.text
        return answer.json


Programs = Callable[..., Program]


def acting(database: Database, client: App, *roles: str, organisation: str = ORGANISATION) -> None:
    """An owner lets an application act as an operator."""
    with database.writing() as session:
        machine_operators.create(
            session,
            client.client_id,
            name="Robot d’imagerie",
            roles=roles,
            organisation=organisation,
            actor="operator",
        )


@pytest.fixture
def walk(
    app: Flask, settings: Settings, database: Database, factory: Factory, browser: Browser
) -> Walk:
    """Short ways to a person's tokens."""
    return Walk(app, settings, database, factory, browser)


@pytest.fixture
def program(app: Flask, factory: Factory, database: Database) -> Programs:
    """`program("owner")`: an application that acts as an operator with these roles."""

    def made(
        *roles: str, scope: str = SCOPE, wanted: str | None = None, organisation: str = ORGANISATION
    ) -> Program:
        client = factory.machine(scope=scope, client_name="Robot")
        if roles:
            acting(database, client, *roles, organisation=organisation)
        answer = token_request(
            app,
            client,
            {"grant_type": "client_credentials", "resource": f"{ISSUER}/api"}
            | ({"scope": wanted} if wanted else {}),
        )
        assert answer.status_code == 200, answer.text
        return Program(app, client, (answer.json or {})["access_token"])

    return made

"""Short ways to where a test begins: a session, a consent, a code, tokens; and what a relying
application does with them."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from idp import audit, clock
from idp.config import LEVELS, Settings
from idp.db import Base, Database
from idp.directory import clients, configuration, sign_in
from idp.models import Account, AuditEvent, BrowserSession, Client, Consent
from tests.browser_client import ISSUER, Browser, Page, redeem, token_request
from tests.factories import App, Factory, Person

PASSWORD, MFA, PHR = LEVELS
OFFLINE = "openid offline_access"


@dataclass
class Walk:
    app: Flask
    settings: Settings
    database: Database
    factory: Factory
    browser: Browser

    def ready(self, **metadata: Any) -> App:
        """A client to which somebody, signed in with a code, has agreed already."""
        return self.agreed(**metadata)[1]

    def agreed(self, level: str = MFA, **metadata: Any) -> tuple[Person, App]:
        """Somebody signed in at a level, and a client to which they agreed."""
        person, client = self.factory.person(), self.factory.client(**metadata)
        self.sign_in(person, level)
        self.agree(person, client)
        return person, client

    def sign_in(
        self,
        person: Person,
        level: str = MFA,
        channel: str = "mail",
        browser: Browser | None = None,
    ) -> int:
        """A live session of the browser, as if the steps had been walked; its key."""
        origin = audit.Origin("127.0.0.1")
        with self.database.writing() as session:
            opened, token = sign_in.open_session(
                session, self.settings, person.account_id, None, origin
            )
            if level == MFA:
                token = sign_in.raise_level(session, opened, channel, origin)
            key = opened.id
        (browser or self.browser).client.set_cookie("dmp-session", token)
        return key

    def agree(
        self, person: Person, client: App, *granted: str, declined: tuple[str, ...] = ()
    ) -> None:
        """A consent: to all of the client's scopes, unless told to what."""
        names = list(granted) or client.metadata["scope"].split()
        with self.database.writing() as session:
            consent = Consent(
                account_id=person.account_id,
                client_id=client.pk,
                granted=names,
                declined=list(declined),
                given_at=clock.now(),
            )
            session.add(consent)

    def authorize(self, client: App, **parameters: str | None) -> Page:
        return self.browser.authorize(client, **parameters)

    def silent(self, client: App, **parameters: str | None) -> str:
        """What `prompt=none` says: an error, or "" for a code."""
        return self.authorize(client, prompt="none", **parameters).parameters.get("error", "")

    def code(self, client: App, **parameters: str | None) -> str:
        page = self.authorize(client, **parameters)
        assert "code" in page.parameters, page.address
        return page.parameters["code"]

    def tokens(self, client: App, **parameters: str | None) -> dict[str, Any]:
        """The answer of the token endpoint to a right request for a fresh code."""
        answer = self.redeem(client, self.code(client, **parameters))
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def redeem(self, client: App, code: str, **values: str) -> TestResponse:
        return redeem(self.app, client, code, **values)

    def refresh(self, client: App, refresh_token: str, **values: str) -> TestResponse:
        data = {"grant_type": "refresh_token", "refresh_token": refresh_token} | values
        return token_request(self.app, client, data)

    def machine_token(self, client: App, **values: str) -> TestResponse:
        return token_request(self.app, client, {"grant_type": "client_credentials"} | values)

    def introspect(self, caller: App, token: str, **options: Any) -> TestResponse:
        return token_request(self.app, caller, {"token": token}, "/introspect", **options)

    def tells(self, caller: App, token: str) -> dict[str, Any]:
        """What introspection says of a token to a client."""
        answer = self.introspect(caller, token)
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def revoke(self, caller: App, token: str, **values: str) -> TestResponse:
        return token_request(self.app, caller, {"token": token} | values, "/revoke")

    def userinfo(self, access_token: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.app.test_client().get("/userinfo", headers=headers)

    def keys(self) -> KeySet:
        """As a client fetches them."""
        served = self.app.test_client().get("/jwks.json", base_url=ISSUER).json
        assert served is not None
        return KeySet.import_key_set(served)

    def decoded(self, token: str, alg: str = "ES256") -> jwt.Token:
        """A JWT that holds under the served keys and this algorithm."""
        return jwt.decode(token, self.keys(), algorithms=[alg])

    def id_claims(self, tokens: dict[str, Any], alg: str = "ES256") -> dict[str, Any]:
        return dict(self.decoded(tokens["id_token"], alg).claims)

    def set_state(self, person: Person, state: str) -> None:
        """Of the account, behind the back of every verb that would end grants too."""
        with self.database.writing() as session:
            session.execute(
                update(Account).where(Account.id == person.account_id).values(state=state)
            )

    def change(self, client: App, **values: Any) -> None:
        """The client's registration, straight in the table."""
        with self.database.writing() as session:
            session.execute(update(Client).where(Client.id == client.pk).values(**values))
            configuration.bump(session)

    def disable(self, client: App) -> None:
        with self.database.writing() as session:
            clients.disable(session, client.client_id, actor="operator")

    def end_session(self, key: int) -> None:
        """The session's row alone, without what the verb revokes."""
        with self.database.writing() as session:
            session.get_one(BrowserSession, key).ended_at = clock.now()

    def outcomes(self, act: str) -> list[str]:
        """What the trail says of an act, oldest first."""
        with self.database.reading() as session:
            query = select(AuditEvent.outcome).where(AuditEvent.act == act).order_by(AuditEvent.id)
            return list(session.scalars(query))

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table, to tell whether anything was written."""
        with self.database.reading() as session:
            return {
                table.name: sorted(map(repr, session.execute(select(table)).all()))
                for table in Base.metadata.sorted_tables
            }

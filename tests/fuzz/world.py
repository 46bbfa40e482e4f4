"""The real application over a real database, with something alive behind every address: a journey
at each of its steps, a signed-in person, codes and tokens that would be good. It can be put back
to where it began, so that no input spoils the ground for the next."""

import base64
import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select

from idp import create_app
from idp.config import Settings
from idp.db import Database
from idp.directory import holder_imports
from idp.fetcher import Fetcher
from idp.models import SigningKey
from tests.authenticator import Authenticator
from tests.browser_client import ISSUER, VERIFIER, Browser
from tests.conftest import COMPILED_TEMPLATES, KEYS, _create_tables
from tests.factories import API, App, Factory, Person
from tests.fuzz.changes import Changes
from tests.imports.people_file import crowd
from tests.oidc import forgeries, request_objects
from tests.oidc.assertions import KEYS as CLIENT_KEYS
from tests.oidc.assertions import signed
from tests.oidc.registrant import Registrant
from tests.oidc.walk import MFA, Walk
from tests.passkeys import (
    add_passkey,
    add_totp,
    ask,
    begin_totp,
    make_recovery_codes,
    shown,
)
from tests.recoveries import ask_for_block, begin, sent, to_new_password
from tests.walks import CHOSEN, begin_activation, choose_password, sign_in

CALLBACK = "https://app.example/callback"
EVERYTHING = "openid offline_access identite_pivot ins_c email phone"


def nowhere(host: str, port: int) -> list[str]:
    """Whatever an input names, nobody is asked for it."""
    raise OSError


class World:
    """`values` are what a request may name in its places; `app` answers."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'idp.db'}"
        _create_tables(url)
        self.settings = Settings(
            environment="demonstration",
            database_url=url,
            var=folder,
            argon2_memory_kib=8,
            argon2_time=1,
            log_level="error",
            registration="open",
            registrations_per_address=10**6,
            **KEYS,
        )
        self.app: Flask = create_app(self.settings)
        self.app.jinja_env.bytecode_cache = COMPILED_TEMPLATES
        provider = self.app.extensions["idp"].provider
        provider.fetcher = Fetcher(self.settings, nowhere)
        self.database: Database = provider.database
        self.factory = Factory(self.settings, self.database)
        self.values: dict[str, str] = {"issuer": ISSUER, "verifier": VERIFIER, "api": API}
        self._populate()
        self.forged = self._forgeries()
        self._file = sqlite3.connect(folder / "idp.db", isolation_level=None)
        self._file.execute("PRAGMA synchronous = OFF")
        self.changes = Changes(self._file)

    def restore(self) -> None:
        """Back to where it began."""
        self.changes.take_back()

    def close(self) -> None:
        self._file.close()
        self.database.dispose()

    # What is alive.

    def _populate(self) -> None:
        self.factory.resource()
        self.portal = self.factory.client(scope=f"{EVERYTHING} documents", redirect_uris=[CALLBACK])
        self._credentials("client", self.portal)
        self._credentials("public", self.factory.client(token_endpoint_auth_method="none"))
        self._credentials("machine", self.factory.machine(scope="documents"))
        self._credentials("api", self.factory.api())
        self._signer()
        self._asker()
        self._registrant()
        self._signed_in()
        self._operator()
        self._links()
        self._steps()

    def _credentials(self, name: str, client: App) -> None:
        pair = f"{client.client_id}:{client.secret or ''}"
        self.values |= {
            f"{name}.id": client.client_id,
            f"{name}.secret": client.secret or "",
            f"{name}.basic": "Basic " + base64.b64encode(pair.encode()).decode(),
        }

    def _signer(self) -> None:
        signer = self.factory.machine(
            scope="documents",
            token_endpoint_auth_method="private_key_jwt",
            token_endpoint_auth_signing_alg="ES256",
            jwks={"keys": [CLIENT_KEYS["ES256"].as_dict(private=False)]},
        )
        self.values |= {"signer.id": signer.client_id, "assertion": signed(signer)}

    def _asker(self) -> None:
        keys = {"keys": [CLIENT_KEYS["ES256"].as_dict(private=False)]}
        asker = self.factory.client(jwks=keys, request_uris=["https://app.example/request"])
        self.values |= {
            "asker.id": asker.client_id,
            "request": request_objects.signed(asker, prompt="none", max_age=60, exp=None),
        }

    def _registrant(self) -> None:
        document = Registrant.new(self.app, token_endpoint_auth_method="none").document
        self.values |= {
            "registrant.id": document["client_id"],
            "registrant.token": document["registration_access_token"],
        }

    def _forgeries(self) -> dict[bytes, list[bytes]]:
        """Of each JWT that is alive: the names of what can be made of it. They are values too."""
        public_key = self.app.test_client().get("/jwks.json").data
        named: dict[bytes, list[bytes]] = {}
        for token in ("api_token", "machine_token", "id_token", "assertion", "request"):
            made = forgeries.of(self.values[token], public_key)
            self.values |= {f"{token}.{name}": text for name, text in made.items()}
            named[token.encode()] = [name.encode() for name in made]
        return named

    def _signed_in(self) -> None:
        """Somebody who has agreed: a session, a code, tokens of every kind."""
        browser = Browser(self.app)
        walk = Walk(self.app, self.settings, self.database, self.factory, browser)
        person = self.factory.person(mobile="+33612345678")
        walk.sign_in(person, MFA)
        walk.agree(person, self.portal)
        browser.get("/account/applications")
        found = re.search(r"/account/applications/(\d+)/withdraw", browser.page.text)
        assert found
        self._second_factors(browser)
        browser.get(found[0])
        self._standing("account", browser)
        tokens = walk.tokens(self.portal, scope=EVERYTHING)
        machine = App(0, self.values["machine.id"], self.values["machine.secret"])
        self.values |= {
            "consent": found[1],
            "code": walk.code(self.portal, scope=EVERYTHING),
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "id_token": tokens["id_token"],
            "machine_token": (walk.machine_token(machine).json or {})["access_token"],
            "api_token": walk.tokens(self.portal, scope="openid documents")["access_token"],
        }

    def _second_factors(self, browser: Browser) -> None:
        """A passkey that is there, one that could be added, and an application that waits."""
        add_passkey(browser)
        made = re.search(r"/account/passkeys/(\d+)", browser.page.text)
        assert made
        begin_totp(browser)
        browser.get("/account/passkeys/new")
        created = Authenticator().create(ask(browser))
        self.values |= {"passkey": made[1], "created": quote(created)}

    def _links(self) -> None:
        """A link of each purpose, and the browser that came by it to where it stands."""
        person, browser = self.factory.person(mobile="+33612345678"), Browser(self.app)
        other, home = self.factory.person(mobile="+33612345679"), Browser(self.app)
        home.get("/sign-in")
        home.give_password(other)
        home.submit(channel="mail")
        home.give_code(self.factory)
        add_totp(home)
        link, code = begin(self.app, self.factory, person)
        new_password = to_new_password(browser, link, code).path
        proof = to_new_password(browser, *begin(self.app, self.factory, other)).path
        emergency = ask_for_block(browser, person.identifier).path
        link, code = begin(self.app, self.factory, person)
        told = [each["context"] for each in sent(self.factory, "security-notice")]
        self._standing("links", browser)
        self.values |= {
            "links.new_password": new_password.rpartition("/")[2],
            "links.proof": proof.rpartition("/")[2],
            "links.emergency": emergency.rpartition("/")[2],
            "links.link": link.rpartition("/")[2],
            "links.code": code,
            "links.not_me": told[-1]["token"],
            "links.identifier": person.identifier,
        }

    def _operator(self) -> None:
        """An owner in the console, and another operator."""
        browser = Browser(self.app)
        browser.get("/admin")
        browser.give_password(self.factory.operator("owner"))
        browser.give_code(self.factory)
        self._standing("operator", browser)
        colleague = self.factory.operator("auditor")
        with self.database.reading() as session:
            kid = session.scalars(select(SigningKey.kid).where(SigningKey.alg == "PS256")).one()
        with self.database.writing() as session:
            organisation_id = self.factory.organisation(session)
        sent = holder_imports.check(
            self.database, self.settings, crowd(2), organisation_id, actor="operator"
        )
        self.values |= {"colleague": colleague.identifier, "kid": kid, "import": str(sent)}

    def _steps(self) -> None:
        """A journey of its own at each step."""
        steps = (self._password, self._code, self._second_factor, self._consent)
        for step in (*steps, self._new_password, self._done):
            browser = Browser(self.app)
            browser.authorize(self.portal, scope=EVERYTHING)
            self._standing(step.__name__.removeprefix("_"), browser, step(browser))

    def _standing(self, name: str, browser: Browser, person: Person | None = None) -> None:
        """Where a browser stands, as values."""
        fields = {key: value for _, form in browser.forms() for key, value in form.items()}
        handle = browser.page.path.removeprefix("/interaction/").partition("/")[0]
        self.values |= {
            f"{name}.cookies": browser.cookies,
            f"{name}.handle": handle,
            f"{name}.csrf": fields.get("csrf_token", ""),
            f"{name}.shown_to": fields.get("shown_to", ""),
        }
        if person:
            self.values |= {f"{name}.identifier": person.identifier}

    def _password(self, browser: Browser) -> Person:
        return self.factory.person()

    def _code(self, browser: Browser) -> Person:
        person = self.factory.person(mobile="+33612345678")
        browser.give_password(person)
        browser.submit(channel="sms")
        self.values["one_time_code"] = self.factory.last_code()
        return person

    def _second_factor(self, browser: Browser) -> Person:
        """Of somebody who has every way."""
        person, home = self.factory.person(), Browser(self.app)
        sign_in(home, self.factory, person)
        passkey, secret, codes = add_passkey(home), add_totp(home), make_recovery_codes(home)
        browser.give_password(person)
        self.values |= {
            "asserted": quote(passkey.get(ask(browser))),
            "totp_code": shown(secret, 1),
            "recovery_code": codes[0],
        }
        return person

    def _consent(self, browser: Browser) -> Person:
        person = self.factory.person()
        browser.give_password(person)
        browser.give_code(self.factory)
        return person

    def _new_password(self, browser: Browser) -> Person:
        person = self.factory.person(activated=False)
        begin_activation(browser, person)
        return person

    def _done(self, browser: Browser) -> Person:
        person = self._new_password(browser)
        choose_password(browser, CHOSEN)
        browser.give_code(self.factory)
        return person

"""The signing keys in the console."""

import re

from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.directory import keys
from idp.models import KeyState, SigningKey
from tests.browser_client import Browser
from tests.console.conftest import SignIn
from tests.factories import Factory
from tests.held_clock import HeldClock

FORM = 1


def active(database: Database, alg: str = "ES256") -> str:
    with database.reading() as session:
        query = select(SigningKey.kid).where(SigningKey.state == KeyState.ACTIVE)
        return session.scalars(query.where(SigningKey.alg == alg)).one()


def test_the_keys_are_listed_with_what_comes_next(console: SignIn, database: Database) -> None:
    page = console("auditor").get("/admin/keys")
    assert active(database) in page.text
    assert "remplacée le 20 février 2027" in page.text
    assert "Retirer" not in page.text
    assert "est publiée le 19 février 2027, et signera le 20 février" in page.text
    assert "avant l’heure" not in page.text


def test_a_key_is_replaced_in_two_steps_and_nothing_stops(
    console: SignIn, database: Database, clock: HeldClock
) -> None:
    browser, before = console("owner"), active(database)
    browser.get("/admin/keys/rotate/ES256")
    assert "est publiée" in browser.submit(FORM).text
    assert active(database) == before
    assert "Elle pourra signer" in browser.get("/admin/keys/rotate/ES256").text
    assert "La prochaine clé est publiée, et signera" in browser.get("/admin/keys").text
    clock.advance(400)
    browser.get("/admin/keys/rotate/ES256")
    assert "signe désormais" in browser.submit(FORM).text
    assert active(database) != before


def test_before_a_key_is_retired_the_page_says_whom_that_hits(
    app: Flask, console: SignIn, factory: Factory, database: Database
) -> None:
    factory.client(client_name="Portail patient", id_token_signed_response_alg="ES256")
    factory.client(client_name="Autre algorithme", id_token_signed_response_alg="RS256")
    before = active(database)
    browser = console("owner")
    page = browser.get(f"/admin/keys/{before}/retire")
    registered = "Applications qui ont inscrit ES256\N{NO-BREAK SPACE}: Portail patient."
    assert registered in page.text
    assert "le dernier de ces jetons expire" in page.text
    assert registered in browser.get("/admin/keys/rotate/ES256").text
    browser.get(f"/admin/keys/{before}/retire")
    assert "est retirée" in browser.submit(FORM).text
    with database.reading() as session:
        assert before not in {key.kid for key in keys.all_keys(session)}
    published = Browser(app).client.get("/jwks.json").json
    assert before not in {key["kid"] for key in published["keys"]}


def test_a_key_that_there_is_not_is_not_found(console: SignIn) -> None:
    browser = console("owner")
    assert browser.get("/admin/keys/nothing/retire").status == 404
    assert browser.get("/admin/keys/rotate/none").status == 404
    assert re.search("existe pas", browser.page.text)

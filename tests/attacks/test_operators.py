"""Lines 35 and 36."""

from pathlib import Path

import pytest
from flask import Flask

from idp import config
from idp.config import SettingsError
from idp.db import Database
from idp.directory import clients, operators
from idp.models import Role
from tests.browser_client import Browser
from tests.console.conftest import (
    SignIn,
    console,  # noqa: F401 - a fixture
    enter,
)
from tests.factories import Factory

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# 35. A lesser operator who escalates.


def post(browser: Browser, path: str, **values: str) -> int:
    browser.get("/admin")
    token = browser.forms()[0][1]["csrf_token"]
    return browser.post(path, data=values | {"csrf_token": token}).status


@SQLITE
@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_line_35_a_lesser_operator_gives_a_role_to_oneself_or_to_a_friend(
    app: Flask, factory: Factory, database: Database, role: Role
) -> None:
    """A naive one hides the button, and takes the request."""
    me, friend, browser = factory.operator(role), factory.operator(role), Browser(app)
    enter(browser, me, factory)
    for whom in (me, friend):
        assert post(browser, f"/admin/operators/{whom.identifier}/grant", role="owner") == 403
        with database.reading() as session:
            assert operators.find(session, whom.identifier).roles == [role]
    assert post(browser, "/admin/operators/new", name="Moi Aussi", roles="owner") == 403


@SQLITE
def test_line_35_an_object_of_another_organisation_by_its_address(
    console: SignIn,  # noqa: F811
    factory: Factory,
    database: Database,
) -> None:
    """A naive one looks at the role, and not at whose the object is."""
    browser = console("client_administrator", organisation="Cpam de la Nièvre")
    app = factory.client()
    address = f"/admin/applications/{app.client_id}"
    for path in ("edit", "secret", "disable", "enable", "try"):
        assert post(browser, f"{address}/{path}") == 403
    with database.reading() as session:
        client = clients.find(session, app.client_id)
        assert (client.state, client.client_name) == ("enabled", app.metadata["client_name"])


@SQLITE
def test_line_35_an_application_registered_into_another_organisation(
    console: SignIn,  # noqa: F811
    factory: Factory,
    database: Database,
) -> None:
    """A naive one believes the form about whose the application is."""
    browser = console("client_administrator")
    with database.writing() as session:
        foreign = factory.organisation(session, "Cpam de la Nièvre")
    browser.get("/admin/new-application")
    browser.submit(
        1,
        client_name="Imagerie Sud",
        redirect_uris="https://imagerie-sud.example/retour",
        organisation="Cpam de la Nièvre",
        organisation_id=str(foreign),
    )
    with database.reading() as session:
        (client,) = clients.list_all(session)
        assert client.organisation_id == factory.organisation(session)


@SQLITE
def test_line_35_a_role_that_was_taken_away_while_signed_in(
    app: Flask, factory: Factory, database: Database
) -> None:
    """A naive one keeps the roles in the session."""
    me, browser = factory.operator("owner"), Browser(app)
    enter(browser, me, factory)
    with database.writing() as session:
        operators.revoke(session, me.identifier, Role.OWNER, actor="operator")
    assert post(browser, "/admin/keys/rotate/ES256") == 403


# 36. A default secret.


@pytest.mark.parametrize("environment", ["production", "demonstration"])
def test_line_36_no_start_without_secrets_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """A naive one has a secret in its source, and starts with it. Ours has none anywhere: even the
    demonstration draws its own."""
    monkeypatch.setenv("IDP_ENVIRONMENT", environment)
    monkeypatch.setenv("IDP_ISSUER", "https://idp.example")
    monkeypatch.setenv("IDP_VAR", str(tmp_path))
    for name in ("SEALING", "MAC", "INDEX"):
        monkeypatch.delenv(f"IDP_{name}_KEYS", raising=False)
    with pytest.raises(SettingsError) as refused:
        config.load()
    assert len([line for line in refused.value.problems if "_KEYS: is missing" in line]) == 3


@pytest.mark.parametrize("weak", ["k1:AAAA", "k1:secret", "changeme", f"k1:{'A' * 42}"])
def test_line_36_no_start_with_a_secret_that_is_none(
    monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    """A naive one takes any text."""
    monkeypatch.setenv("IDP_ISSUER", "https://idp.example")
    for name in ("SEALING", "MAC", "INDEX"):
        monkeypatch.setenv(f"IDP_{name}_KEYS", weak)
    with pytest.raises(SettingsError):
        config.load()


@SQLITE
def test_line_36_there_is_no_operator_before_one_is_made(
    database: Database, browser: Browser
) -> None:
    """A naive one comes with admin / admin."""
    with database.reading() as session:
        assert operators.list_all(session) == []
    browser.get("/admin")
    page = browser.submit(identifier="admin", password="admin")
    assert page.status == 400

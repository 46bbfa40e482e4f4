"""What README and docs/ say holds: links lead somewhere, tables are the code's, programs run."""

import importlib.util
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
from flask import Flask

from idp import create_app
from idp.cli import main
from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Database
from idp.directory import client_vocabulary, clients, resources
from idp.oidc.claims import SCOPES
from tests import documented
from tests.clients.served import Later, served
from tests.factories import Factory
from tests.network_walk import Walk as NetworkWalk

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
INTEGRATE = documented.page("integrate")
ORIGIN = "http://127.0.0.1:5000"

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


# What the pages point at.


@every_page
def test_every_relative_link_leads_to_a_file_and_its_heading(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for link in links:
        if urlsplit(link).scheme:
            continue
        name, _, fragment = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        if fragment:
            assert fragment in _anchors(target), link


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    folders = "idp|clients|tests|docs|migrations|requirements"
    folders += "|cli|directory|factors|messages|models|oidc|web"
    for name in re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text("utf-8")):
        assert (ROOT / name).exists() or (ROOT / "idp" / name).exists(), name


@every_page
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    for noun, verb in re.findall(r"(?<![\w/=@.-])idp ([a-z-]+)(?: ([a-z-]+))?", _code(page)):
        command = main.get_command(click.Context(main), noun)
        assert command is not None, noun
        if verb and isinstance(command, click.Group):
            assert verb in command.commands, f"{noun} {verb}"


def _code(page: Path) -> str:
    """Everything that is set as code, a block or a span on each line."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", prose)])


@every_page
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    known = {f"IDP_{name.upper()}" for name in Settings.model_fields}
    known |= {"IDP_SETTINGS_FILE", "IDP_NAME"}
    for name, more in re.findall(r"\b(IDP_[A-Z0-9_]*)(…?)", page.read_text("utf-8")):
        assert name in known or (more and any(each.startswith(name) for each in known)), name


@pytest.mark.parametrize("name", ["threat-model", "norms"])
def test_every_test_that_a_page_names_exists(name: str) -> None:
    text = documented.page(name)
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", text)
    assert named
    for file, test in named:
        source = (ROOT / "tests" / file).read_text("utf-8")
        assert re.search(rf"^def {test}\(", source, re.MULTILINE), f"{file}::{test}"


def test_every_page_about_a_client_is_what_a_test_runs() -> None:
    for page in (ROOT / "docs" / "integrate").glob("*.md"):
        (named,) = re.findall(r"`(tests/integrate/test_\w+\.py)`", page.read_text("utf-8"))
        assert f'guide("{page.stem}")' in (ROOT / named).read_text("utf-8")
        assert f"(integrate/{page.name})" in INTEGRATE


# Tables that repeat the code.


def test_the_table_of_claims_is_the_codes() -> None:
    rows = _table("| scope | claims |")
    assert {_words(row[0])[0]: tuple(_words(row[1])) for row in rows} == SCOPES


def test_the_table_of_registration_members_is_the_codes() -> None:
    rows = _table("| member | default |")
    assert sorted(name for row in rows for name in _words(row[0])) == sorted(
        client_vocabulary.MEMBERS
    )


def _table(header: str) -> list[list[str]]:
    lines = INTEGRATE.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(header)) + 2
    rows = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def _words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# The programs of integrate.md, run as they stand there.


@dataclass
class Provider:
    """The provider, served; the API of the demonstration is registered."""

    issuer: str
    database: Database
    factory: Factory


@pytest.fixture
def provider(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    path = tmp_path / "idp.db"
    path.write_bytes(sqlite_template.read_bytes())
    later = Later()
    with served(later) as issuer:
        settings = Settings(
            environment="demonstration",
            issuer=issuer,
            database_url=f"sqlite:///{path}",
            var=tmp_path,
            argon2_memory_kib=8,
            argon2_time=1,
            log_level="error",
            **{f"{name}_keys": f"k1:{new_secret()}" for name in ("sealing", "mac", "index")},
        )
        later.app = create_app(settings)
        database = later.app.extensions["idp"].provider.database
        factory = Factory(settings, database)
        with database.writing() as session:
            resources.register(session, _resource(), actor="operator")
        yield Provider(issuer, database, factory)
        database.dispose()


def _resource() -> Any:
    return json.loads((ROOT / "clients" / "record_api" / "resource.json").read_text("utf-8"))


@dataclass
class Example:
    """The page's two programs, the application registered by the page's document."""

    module: Any
    api: Any
    walk: "Walk"


@contextmanager
def example(
    provider: Provider, folder: Path, monkeypatch: pytest.MonkeyPatch, **metadata: Any
) -> Iterator[Example]:
    document = json.loads(documented.block(INTEGRATE, "json", '"client_id"')) | metadata
    with provider.database.writing() as session:
        registered = clients.register(session, document, actor="operator")
    environment = {
        "ISSUER": provider.issuer,
        "AUDIENCE": _resource()["identifier"],
        "CLIENT_ID": document["client_id"],
        "CLIENT_SECRET": str(registered.client_secret),
        "SECRET_KEY": new_secret(),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    api = _program("api.py", folder)
    with served(api.app) as address:
        monkeypatch.setenv("API", address)
        module = _program("app.py", folder)
        yield Example(module, api, Walk(module.app))


def _program(name: str, folder: Path) -> Any:
    file = folder / name
    file.write_text(documented.block(INTEGRATE, "python", f'"""{name}:'), "utf-8")
    spec = importlib.util.spec_from_file_location(f"documented_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Walk(NetworkWalk):
    """A holder's browser: the application's pages in this process, the provider's over HTTP."""

    def __init__(self, application: Flask) -> None:
        super().__init__(ORIGIN)
        self._application = application.test_client()

    def load(self, address: str, form: dict[str, str] | None) -> Any:
        if not address.startswith(ORIGIN):
            return super().load(address, form)
        method = "GET" if form is None else "POST"
        path = address.removeprefix(ORIGIN)
        inside = self._application.open(path, method=method, data=form, base_url=ORIGIN)
        self.text = inside.text
        return inside.headers


def test_the_documented_application_signs_in_and_out(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = provider.factory.person()
    with example(provider, tmp_path, monkeypatch) as shown:
        walk = shown.walk
        walk.open("/login")
        walk.give_password(person)
        walk.give_code(provider.factory.last_code())
        walk.agree(email="yes")
        assert (walk.address, "MARTIN" in walk.text) == (f"{ORIGIN}/", True)
        (known,) = shown.module.SIGNED_IN.values()
        assert known["email"] == person.mail
        assert known["acr"] == "urn:dmp:acr:mfa"
        walk.submit()
        assert (urlsplit(walk.address).path, "Se connecter" in walk.text) == ("/", True)
        walk.open("/login")
        assert walk.address.endswith("/password")


def test_the_documented_application_hears_a_refusal(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = provider.factory.person()
    with example(provider, tmp_path, monkeypatch) as shown:
        shown.walk.open("/login")
        shown.walk.give_password(person)
        shown.walk.give_code(provider.factory.last_code())
        shown.walk.submit(decision="refuse")
        assert "access_denied" in shown.walk.text


def test_the_documented_application_steps_up_for_the_documented_api(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, lower = provider.factory.person(), {"minimum_acr": "urn:dmp:acr:password"}
    with example(provider, tmp_path, monkeypatch, **lower) as shown:
        shown.walk.open("/login")
        shown.walk.give_password(person)
        shown.walk.agree()
        shown.walk.open("/documents")
        shown.walk.give_code(provider.factory.last_code())
        told = json.loads(shown.walk.text)
        assert told["documents"] == []
        (known,) = shown.module.SIGNED_IN.values()
        assert told["sub"] != known["sub"]
        _refuses_what_is_no_access_token(shown.api.app, known["tokens"])


def _refuses_what_is_no_access_token(api: Flask, tokens: dict[str, str]) -> None:
    def error(token: str) -> str:
        answer = api.test_client().get("/documents", headers={"Authorization": f"Bearer {token}"})
        return f"{answer.status_code} {answer.json.get('error')}"

    header, claims, signature = tokens["access_token"].split(".")
    assert error(tokens["access_token"]) == "200 None"
    assert error(tokens["id_token"]) == "401 invalid_token"
    assert error(f"{header}.{claims}.{signature[::-1]}") == "401 invalid_token"
    assert error("not a token") == "401 invalid_token"
    assert api.test_client().get("/documents").status_code == 401

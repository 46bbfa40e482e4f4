"""An issuer, a record API and the two applications, joined by real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from clients.appointments.app import create_app as create_appointments
from clients.portal.app import create_app as create_portal
from clients.record_api.app import create_app as create_record_api
from clients.settings import RecordApiSettings, RelyingPartySettings
from tests.clients.issuer import Issuer, running_issuer
from tests.clients.served import Ahead, served


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def record_api(issuer: Issuer, clock: Ahead) -> Flask:
    return create_record_api(RecordApiSettings(issuer.address, 8102), clock)


@pytest.fixture
def portal(issuer: Issuer, record_api: Flask, clock: Ahead, tmp_path: Path) -> Iterator[Flask]:
    with served(record_api) as api:
        yield create_portal(_settings(issuer, 8100, "portail-patient", tmp_path, api), clock)


@pytest.fixture
def appointments(
    issuer: Issuer, record_api: Flask, clock: Ahead, tmp_path: Path
) -> Iterator[Flask]:
    with served(record_api) as api:
        yield create_appointments(_settings(issuer, 8101, "rendez-vous", tmp_path, api), clock)


def _settings(
    issuer: Issuer, port: int, client_id: str, directory: Path, api: str
) -> RelyingPartySettings:
    return RelyingPartySettings(
        issuer=issuer.address,
        port=port,
        client_id=client_id,
        client_secret="a secret of the tests",
        database=directory / f"{client_id}.sqlite3",
        record_api=api,
    )

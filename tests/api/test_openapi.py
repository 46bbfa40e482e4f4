"""The description of the API is true: made of what is there, and asked of the running server."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from idp.config import Settings
from idp.directory.authority import Verb
from idp.directory.client_vocabulary import MEMBERS
from idp.fetcher import Fetcher
from idp.web.api.operations import OPERATIONS
from idp.web.api.schemas import REGISTRATION
from tests.api.conftest import Programs
from tests.browser_client import ISSUER
from tests.clients.served import served
from tests.factories import Factory
from tests.fuzz.world import nowhere

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What a schema cannot say (which scopes exist, what fits together) is a refusal all the same, and
# the status for an If-Match that is missing is 428 (RFC 6585, section 3), which it does not know.
NOT_ASKED = "positive_data_acceptance,missing_required_header"
EXAMPLES, SEED = "10", "1"
LIMIT = 300  # seconds; a fifth of it is usual


@SQLITE
def test_the_description_has_every_operation_and_no_other(app: Flask) -> None:
    document = app.test_client().get("/api/openapi.json", base_url=ISSUER).json or {}
    assert document["openapi"].startswith("3.1")
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    rules = {
        (method, rule.rule.removeprefix("/api/v1").replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == rules == {(one.method, one.path) for one in OPERATIONS}
    assert all(one.said.verb in Verb for one in OPERATIONS)


def test_the_registration_is_described_member_by_member() -> None:
    assert list(REGISTRATION["properties"]) == list(MEMBERS)


@SQLITE
@pytest.mark.slow
def test_the_running_server_does_what_the_description_says(
    app: Flask, program: Programs, factory: Factory, settings: Settings, tmp_path: Path
) -> None:
    # Many of the applications that it registers name a host, which nobody should wait for.
    app.extensions["idp"].provider.fetcher = Fetcher(settings, nowhere)
    robot = program("owner")
    factory.client()
    with served(app) as address:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run"),
                f"{address}/api/openapi.json",
                *("--url", f"{address}/api/v1"),
                *("--header", f"Authorization: Bearer {robot.token}"),
                *("--checks", "all", "--exclude-checks", NOT_ASKED),
                *("--max-examples", EXAMPLES, "--seed", SEED, "--no-color", "--workers", "2"),
                *("--generation-database", "none"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert f"Tested: {len(OPERATIONS)}" in ran.stdout

"""The command line on a database of its own, and what it printed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idp import crypto
from idp.cli import main
from idp.cli.context import Context
from idp.db import Base, Database

Run = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a demonstration in a folder of its own, with a cheap password hash."""
    values = {
        "ENVIRONMENT": "demonstration",
        "VAR": str(tmp_path / "var"),
        "ARGON2_MEMORY_KIB": "8",
        "ARGON2_TIME": "1",
        **{f"{name}_KEYS": f"k1:{crypto.new_secret()}" for name in ("SEALING", "MAC", "INDEX")},
    }
    for name, value in values.items():
        monkeypatch.setenv(f"IDP_{name}", value)


@pytest.fixture
def context(environment: None) -> Iterator[Context]:
    made = Context()
    yield made
    made.database.dispose()


@pytest.fixture
def database(context: Context) -> Database:
    Base.metadata.create_all(context.database.engine)
    return context.database


@pytest.fixture
def run(context: Context) -> Run:
    """`run("keys", "ensure")`: what a person who types it gets."""

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, obj=context)

    return invoke


@pytest.fixture
def told(run: Run) -> Callable[..., Any]:
    """What a command that succeeds tells machines."""

    def invoke(*arguments: str) -> Any:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return invoke

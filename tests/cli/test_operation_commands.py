import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, update

from idp import audit, config
from idp.cli import main
from idp.db import Database
from idp.models import AuditCheckpoint, AuditEvent, AuditSeal
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


def test_settings_are_printed_with_their_reasons_and_without_secrets(run: Run) -> None:
    printed = run("settings").stdout
    assert "IDP_ENVIRONMENT = demonstration" in printed
    assert "IDP_SEALING_KEYS = (set)" in printed
    assert "IDP_SMTP_PASSWORD = (not set)" in printed
    assert "k1:" not in printed


def test_the_database_s_password_is_masked(
    environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "postgresql+psycopg://idp:very-secret@db.example/idp"
    monkeypatch.setenv("IDP_DATABASE_URL", address)
    printed = CliRunner().invoke(main, ["settings"]).stdout
    assert "IDP_DATABASE_URL = postgresql+psycopg://idp:***@db.example/idp" in printed
    assert "very-secret" not in printed


def test_every_problem_of_the_settings_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_ISSUER", "http://dmp.example")
    monkeypatch.setenv("IDP_WORKERS", "many")
    monkeypatch.setenv("IDP_ISUER", "x")
    result = CliRunner().invoke(main, ["settings"])
    assert (result.exit_code, result.stdout) == (2, "")
    named = [line.split(":")[0] for line in result.stderr.splitlines()]
    for name in ("ISSUER", "WORKERS", "ISUER", "SEALING_KEYS", "MAC_KEYS", "INDEX_KEYS"):
        assert f"IDP_{name}" in named


def test_the_documentation_of_the_settings_is_up_to_date() -> None:
    printed = CliRunner().invoke(main, ["settings", "--markdown"]).stdout
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == printed


def test_the_secrets_are_all_that_production_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings"
    printed = CliRunner().invoke(main, ["secrets"]).stdout
    file.write_text(printed + "IDP_ISSUER=https://dmp.example\n")
    monkeypatch.setenv("IDP_SETTINGS_FILE", str(file))
    assert config.load().environment == "production"
    assert CliRunner().invoke(main, ["secrets"]).stdout != printed


def test_a_database_without_tables_is_said_in_words(run: Run) -> None:
    result = run("clients", "list")
    assert result.exit_code == 1
    assert "idp migrate" in result.stderr
    assert "Traceback" not in result.output


def test_migrating_makes_what_the_commands_need(run: Run) -> None:
    first = run("migrate")
    assert first.exit_code == 0, first.output
    assert run("migrate").exit_code == 0
    assert run("clients", "list").exit_code == 0


def test_a_trail_that_holds_is_said_to_hold(run: Run, database: Database) -> None:
    with database.writing() as session:
        audit.record(session, "account.consulted", actor="operator")
        session.flush()
        audit.seal(session)
        audit.record(session, "account.consulted", actor="operator")
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert "1 events under 1 seals, 1 not yet sealed" in result.stdout


def test_a_trail_that_was_changed_is_said_to_be_broken(run: Run, database: Database) -> None:
    with database.writing() as session:
        audit.record(session, "account.consulted", actor="operator")
        session.flush()
        audit.seal(session)
        session.execute(update(AuditEvent).values(actor="nobody"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "an event was changed" in result.stderr


def test_a_checkpoint_kept_elsewhere_is_verified_later(
    run: Run, database: Database, tmp_path: Path
) -> None:
    assert run("audit", "checkpoint").exit_code == 1
    with database.writing() as session:
        audit.record(session, "account.consulted", actor="operator")
        session.flush()
        audit.seal(session)
    kept = tmp_path / "checkpoint.json"
    kept.write_text(run("audit", "checkpoint").stdout)
    assert "1 signed checkpoints agree" in run("audit", "verify").stdout
    assert run("audit", "verify", "--checkpoint", str(kept)).exit_code == 0
    with database.writing() as session:
        session.execute(delete(AuditEvent))
        session.execute(delete(AuditSeal))
        session.execute(delete(AuditCheckpoint))
    result = run("audit", "verify", "--checkpoint", str(kept))
    assert result.exit_code == 1
    assert "vouches for a seal that is not there" in result.stderr
    kept.write_text("{}")
    assert "no checkpoint" in run("audit", "verify", "--checkpoint", str(kept)).stderr


def test_the_trail_is_listed_and_exported(run: Run, database: Database) -> None:
    with database.writing() as session:
        audit.record(session, "account.blocked", actor="operator", motive="deceased")
        audit.record(session, "key.created", actor="system")
    assert "account.blocked  success  by operator deceased" in run("audit", "list").stdout
    lines = run("audit", "export", "--act", "account.").stdout.splitlines()
    assert [json.loads(line)["detail"] for line in lines] == [{"motive": "deceased"}]
    table = run("audit", "export", "--format", "csv", "--since", "2020-01-01").stdout
    assert table.splitlines()[0].endswith("id,at,act,outcome,actor,operator,account,application,"
                                          "session,address,detail,seal")  # fmt: skip
    assert len(table.splitlines()) == 5  # and that it was exported, before and now
    assert run("audit", "list", "--holder", "1234").exit_code == 1
    exported = json.loads(run("audit", "export", "--act", "trail.exported").stdout.splitlines()[0])
    assert exported["detail"] == {"format": "jsonl", "filters": ["act"]}


def test_what_is_written_is_its_owners_alone(run: Run, tmp_path: Path) -> None:
    run("migrate")
    run("keys", "ensure")
    assert not (tmp_path / "var" / "idp.db").stat().st_mode & 0o077


def test_serving_at_a_taken_port_is_refused_in_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", 0))
        taker.listen()
        port = str(taker.getsockname()[1])
        monkeypatch.setenv("IDP_LISTEN_PORT", port)
        result = run("serve")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert port in line


def test_a_command_that_does_not_exist_is_refused() -> None:
    assert CliRunner().invoke(main, ["sing"]).exit_code == 2

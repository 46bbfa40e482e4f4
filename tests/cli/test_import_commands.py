"""A file of people on the command line: checked, enrolled, gone on with, letters in a file."""

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from idp.cli import letter_file
from idp.cli.context import Context
from idp.db import Database
from idp.directory import holder_imports, import_work, organisations
from idp.models import Holder, HolderImport
from tests.cli.conftest import Run
from tests.directory.people import cnam
from tests.imports.people_file import crowd, person, written

Told = Callable[..., Any]


@pytest.fixture(autouse=True)
def _organisation(database: Database) -> None:
    cnam(database)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(crowd(3))
    return path


def arguments(file: Path, *more: str) -> tuple[str, ...]:
    return ("holders", "import", str(file), "--organisation", "Cnam du Cher", *more)


def enrolled(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Holder)) or 0


def test_everybody_in_the_file_is_enrolled_and_the_letters_are_their_owners(
    run: Run, database: Database, file: Path, tmp_path: Path
) -> None:
    letters, report = tmp_path / "letters.pdf", tmp_path / "report.csv"
    result = run(*arguments(file, "--letters", str(letters), "--report", str(report)))
    assert result.exit_code == 0, result.output
    assert "enrolled      3" in result.stdout
    assert enrolled(database) == 3
    assert len(PdfReader(letters).pages) == 3
    lines = report.read_text("utf-8-sig").splitlines()
    assert lines[0] == "line,outcome,login identifier,what is wrong"
    assert lines[1].startswith("2,enrolled,")
    for path in (letters, report):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_told_again_it_makes_nobody_twice_and_says_what_became_of_the_letters(
    run: Run, told: Told, database: Database, file: Path
) -> None:
    first = told(*arguments(file))
    assert Path(first["letters"]).read_bytes().startswith(b"%PDF")
    again = told(*arguments(file))
    assert again["import"] == first["import"]
    assert again["login_identifiers"] == first["login_identifiers"]
    assert again["letters"] is None
    assert enrolled(database) == 3
    assert "--new-letters makes new ones" in run(*arguments(file)).stdout
    new = told(*arguments(file, "--new-letters"))
    assert len(PdfReader(new["letters"]).pages) == 3


def test_stopped_half_way_it_goes_on_when_it_is_told_again(
    run: Run, told: Told, database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = import_work._deal_with
    with monkeypatch.context() as patch:
        dealt: list[object] = []

        def stopped(job: import_work.Job, row: Any) -> None:
            if dealt:
                raise KeyboardInterrupt
            dealt.append(row)
            deal(job, row)

        patch.setattr(import_work, "_deal_with", stopped)
        assert run(*arguments(file)).exit_code != 0
    assert enrolled(database) == 1
    assert len(told(*arguments(file))["login_identifiers"]) == 3
    assert enrolled(database) == 3


def test_what_was_checked_and_not_begun_is_begun(
    told: Told, database: Database, context: Context, file: Path
) -> None:
    with database.reading() as session:
        organisation_id = organisations.find(session, "Cnam du Cher").id
    begun = holder_imports.check(
        database, context.settings, file.read_bytes(), organisation_id, actor="operator"
    )
    assert told(*arguments(file))["import"] == str(begun)
    assert enrolled(database) == 3


def test_a_dry_run_says_what_is_wrong_and_keeps_nothing(
    run: Run, database: Database, file: Path
) -> None:
    file.write_bytes(written(person(1), person(2, sexe="x")))
    result = run(*arguments(file, "--dry-run"))
    assert result.exit_code == 1
    assert "1 can be enrolled; 1 cannot." in result.stdout
    assert "line 3: sexe: The sex is neither F nor M." in result.stderr
    machines = run(*arguments(file, "--dry-run", "--json"))
    assert json.loads(machines.stdout)["ready"] == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HolderImport)) == 0
    assert enrolled(database) == 0


def test_lines_that_cannot_be_enrolled_are_said_and_end_with_an_error(
    run: Run, database: Database, file: Path
) -> None:
    file.write_bytes(written(person(1), person(2, sexe="x")))
    result = run(*arguments(file))
    assert result.exit_code == 1
    assert enrolled(database) == 1
    assert "line 3: sexe: The sex is neither F nor M." in result.stderr


def test_a_file_of_nobody_who_can_be_is_said_so(run: Run, database: Database, file: Path) -> None:
    file.write_bytes(written(person(1, sexe="x")))
    result = run(*arguments(file))
    assert result.exit_code == 1
    assert "none to make" in result.stdout
    assert enrolled(database) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "The file is empty."), (b"nom;nir\nx;y", "Columns are not known: nom.")],
)
def test_a_file_that_is_none_is_refused(run: Run, file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    result = run(*arguments(file))
    assert result.exit_code == 1
    assert said in result.stderr


def test_letters_overwrite_nothing_and_nobody_is_enrolled_for_nothing(
    run: Run, database: Database, file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "letters.pdf"
    target.write_bytes(b"something else")
    result = run(*arguments(file, "--letters", str(target)))
    assert result.exit_code == 1
    assert "overwrites nothing" in result.stderr
    assert enrolled(database) == 0


def test_letters_that_cannot_be_written_stay_where_they_are(
    run: Run, told: Told, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(letter_file, "put", full)
        result = run(*arguments(file))
        assert result.exit_code == 1
        assert "Nothing is lost: run it again" in result.stderr
    pdf = Path(told(*arguments(file))["letters"]).read_bytes()
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 3


def test_the_model_is_printed(run: Run) -> None:
    assert "nom_naissance;" in run("holders", "import", "--model").stdout

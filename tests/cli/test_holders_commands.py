import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.db import Database
from idp.identity import initial_password, login_identifier
from tests.cli.conftest import Run
from tests.directory.people import MARIE_INS_C, cnam
from tests.directory.test_holders import password_in

Told = Callable[..., Any]

MARIE = (
    "--birth-name", "MARTIN",
    "--first-name", "Marie Christine",
    "--first-name", "Anne",
    "--birth-date", "1977-01-31",
    "--sex", "F",
    "--birth-place", "18033",
    "--birth-place-name", "Bourges",
    "--nir", "2 77 01 66 828 426",
    "--address", "12 rue des Tilleuls",
    "--address", "18000 BOURGES",
    "--organisation", "Cnam du Cher",
    "--mail", "marie@exemple.fr",
    "--mobile", "06 12 34 56 42",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _organisation(database: Database) -> None:
    cnam(database)


def test_enrolling_prints_the_identifier_and_where_the_letter_lies(
    run: Run, tmp_path: Path
) -> None:
    result = run("holders", "enrol", *MARIE)
    assert result.exit_code == 0
    (letter,) = (tmp_path / "var" / "letters").iterdir()
    assert str(letter) in result.stdout
    assert login_identifier.display(letter.stem) in result.stdout
    assert MARIE_INS_C in result.stdout


def test_machines_are_told_the_same(told: Told) -> None:
    answer = told("holders", "enrol", *MARIE)
    assert login_identifier.parse(answer["login_identifier"])
    assert answer["ins_c"] == MARIE_INS_C
    assert Path(answer["letter"]).read_bytes().startswith(b"%PDF")


def test_only_its_owner_reads_the_letter(told: Told, tmp_path: Path) -> None:
    target = tmp_path / "letter.pdf"
    answer = told("holders", "enrol", *MARIE, "--letter", str(target))
    assert answer["letter"] == str(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_the_initial_password_is_printed_nowhere(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "letter.pdf"
    result = run("holders", "enrol", *MARIE, "--letter", str(target))
    password = password_in(target.read_bytes())
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for form in (password, initial_password.display(password)):
        assert form not in result.output
        assert form.encode() not in kept


def test_every_problem_is_a_line_and_nothing_is_made(run: Run, tmp_path: Path) -> None:
    result = run("holders", "enrol", "--first-name", "Marie", "--sex", "M")
    assert result.exit_code == 1
    assert "The birth name is missing." in result.stderr.splitlines()
    assert "The NIR is missing." in result.stderr.splitlines()
    assert result.stdout == ""
    assert not list((tmp_path / "var" / "letters").iterdir())


def test_a_second_enrolment_is_refused_in_one_sentence(run: Run) -> None:
    run("holders", "enrol", *MARIE)
    result = run("holders", "enrol", *MARIE)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "A holder with this NIR is enrolled already.\n"


def test_a_letter_overwrites_nothing(run: Run, told: Told, tmp_path: Path) -> None:
    target = tmp_path / "letter.pdf"
    target.write_text("mine")
    result = run("holders", "enrol", *MARIE, "--letter", str(target))
    assert result.exit_code == 1
    assert "overwrites nothing" in result.stderr
    assert target.read_text() == "mine"
    # Nothing was enrolled: it can be done again.
    told("holders", "enrol", *MARIE)


def test_a_letter_that_cannot_be_put_anywhere_enrols_nobody(
    run: Run, told: Told, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = run("holders", "enrol", *MARIE, "--letter", str(tmp_path / "file" / "letter.pdf"))
    assert result.exit_code == 1
    told("holders", "enrol", *MARIE)


def test_showing_masks_the_channels(run: Run, told: Told) -> None:
    identifier = told("holders", "enrol", *MARIE)["login_identifier"]
    shown = run("holders", "show", login_identifier.display(identifier)).stdout
    assert "m•••@e•••.fr" in shown
    assert "06 •• •• •• 42" in shown
    assert "marie@exemple.fr" not in shown
    assert told("holders", "show", identifier)["state"] == "awaiting_activation"


def test_a_new_letter_takes_the_place_of_the_old(told: Told) -> None:
    first = told("holders", "enrol", *MARIE)
    before = Path(first["letter"]).read_bytes()
    again = told("holders", "reletter", first["login_identifier"])
    assert again["letter"] == first["letter"]
    assert password_in(Path(again["letter"]).read_bytes()) != password_in(before)


def test_blocking_asks_for_a_motive_and_unblocking_for_a_word(run: Run, told: Told) -> None:
    identifier = told("holders", "enrol", *MARIE)["login_identifier"]
    assert run("holders", "block", identifier).exit_code == 2
    assert run("holders", "block", identifier, "--motive", "letter-astray").exit_code == 0
    assert told("holders", "show", identifier)["state"] == "blocked"
    refused = run("holders", "reletter", identifier)
    assert refused.exit_code == 1
    assert "--unblock" in refused.stderr
    told("holders", "reletter", identifier, "--unblock")


def test_a_typing_error_in_the_identifier_is_said(run: Run) -> None:
    result = run("holders", "show", "1234 5678 9012")
    assert result.exit_code == 1
    assert "typing error" in result.stderr


def test_what_the_help_desk_does_is_done_from_the_command_line_too(run: Run, told: Told) -> None:
    identifier = told("holders", "enrol", *MARIE)["login_identifier"]
    (found,) = told("holders", "search", "--name", "martin", "--birth-date", "1977-01-31")
    assert found["login_identifier"] == identifier
    done = run(
        "holders", "change-channel", identifier, "--kind", "mail", "--value", "neuf@exemple.fr",
        "--proof", "call-back", "--motive", "lost",
    )  # fmt: skip
    assert done.stdout == "m•••@e•••.fr → n•••@e•••.fr; 0 sessions ended.\n"
    done = run("holders", "correct", identifier, "--first-name", "Maria", "--motive", "entry-error")
    assert done.stdout == "Corrected: first_names; there is a new INS-C.\n"
    run("holders", "block", identifier, "--motive", "holder-request")
    done = run("holders", "unblock", identifier, "--motive", "blocked-in-error")
    assert done.stdout == "Unblocked; the account is awaiting activation.\n"
    assert (
        "It will be closed at" in run("holders", "close", identifier, "--motive", "deceased").stdout
    )
    refused = run("holders", "unblock", identifier, "--motive", "blocked-in-error")
    assert (refused.exit_code, refused.stdout) == (1, "")
    done = run("holders", "keep", identifier, "--motive", "closed-in-error")
    assert done.stdout == "Kept; the account is awaiting activation.\n"


def test_each_act_wants_its_motive(run: Run) -> None:
    for command in ("block", "unblock", "close", "keep", "change-channel", "correct"):
        assert run("holders", command, "123456789012").exit_code == 2

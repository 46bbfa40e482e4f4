"""What a file may be, and how it is said what is wrong with it; nothing of it is made."""

import csv
import io

import pytest

from idp.config import Settings
from idp.directory import import_file
from idp.directory.import_file import InvalidFile
from tests.imports.conftest import Desk
from tests.imports.people_file import HEADING, crowd, person, with_key, written

FIRST = ";".join(HEADING).encode()


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_files_of_every_spreadsheet_are_read(desk: Desk, separator: str, encoding: str) -> None:
    someone = person(nom_naissance="Lefèvre", lieu_naissance="Œuilly", adresse_1="3 allée d’Été")
    import_id = desk.check(written(someone, separator=separator, encoding=encoding))
    row = desk.row(import_id)
    assert row.state == "ready"
    assert row.content["birth_name"] == "Lefèvre"
    assert row.content["birth_place_name"] == "Œuilly"
    assert row.content["first_names"] == ["Philippe", " Jean"]
    assert row.content["address"][0] == "3 allée d’Été"
    assert row.content["birth_date"] == "1961-02-17"


def test_dates_keys_and_names_of_the_api_are_taken_too(desk: Desk) -> None:
    content = written(person(date_naissance="1961-02-17", nir=with_key("1610275754289"), sexe="m"))
    content = content.replace(b"nom_naissance", b"birth_name").replace(b"sexe", b"Sex ")
    assert desk.rows(desk.check(content)) == [(2, "ready", [])]


def test_the_model_is_a_file_that_would_be_taken(desk: Desk, settings: Settings) -> None:
    model = import_file.model()
    assert model.startswith(b"\xef\xbb\xbfnom_naissance;")
    (line,) = import_file.read(model, settings, "Cpam")
    assert line.entered is not None
    assert desk.states(desk.check(model)) == {"ready"}


def test_empty_lines_are_nobody_and_lines_are_counted_as_in_an_editor(desk: Desk) -> None:
    two = written(person(1, adresse_1="12 rue\ndes Tilleuls"), person(2, sexe="x"))
    import_id = desk.check(two.replace(b"\r\n", b"\n\n;;;;\n"))
    assert [(line, state) for line, state, _ in desk.rows(import_id)] == [
        (4, "ready"),
        (8, "wrong"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"x" * (1024 * 1024 + 1), "heavy"),
        (b"PK\x03\x04\x00\x00\x00", "binary"),
        (b"\x81\x8d", "binary"),
        ("nom_naissance;nir".encode("utf-16"), "binary"),
        (FIRST + b"\n\x00;;", "binary"),
        (FIRST + b'\n"Bernard;Philippe', "quotes"),
        (FIRST + b'\n"Bernard"x;Philippe', "quotes"),
        (FIRST + b'\n"' + b"x" * 200_000 + b'"', "quotes"),
        (b";".join([b"x"] * 10_000) + b"\nx", "columns"),
        (b"nom;prenom\nBernard;Philippe", "unknown"),
        (b"nom_naissance;nir\nBernard;1", "missing"),
        (FIRST + b";nir\n", "twice"),
        (FIRST, "nobody"),
        (FIRST.replace(b";courriel;mobile", b"") + b"\nx", "missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_such_file_is_refused_whole(desk: Desk, content: bytes, reason: str) -> None:
    with pytest.raises(InvalidFile) as refusal:
        desk.check(content)
    assert refusal.value.reason == reason
    assert len(str(refusal.value)) < 400


def test_a_hundred_megabytes_are_not_read(desk: Desk) -> None:
    with pytest.raises(InvalidFile, match="heavier than 1024 KB"):
        desk.check(b"x" * 100_000_000)


def test_there_are_no_more_persons_than_the_setting_says(desk: Desk, settings: Settings) -> None:
    desk.settings = settings.model_copy(update={"import_rows": 3})
    assert len(desk.rows(desk.check(crowd(3)))) == 3
    with pytest.raises(InvalidFile, match="more than 3 persons"):
        desk.check(crowd(4))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"nom_naissance": "=HYPERLINK(1)"}, ("birth_name", "characters")),
        ({"nom_naissance": ""}, ("birth_name", "missing")),
        ({"date_naissance": "31 janvier"}, ("birth_date", "shape")),
        ({"date_naissance": "17/02/1962"}, ("nir", "year")),
        ({"sexe": "2"}, ("sex", "unknown")),
        ({"nir": "1,61028E+12"}, ("nir", "spreadsheet")),
        ({"nir": "1610275754289 11"}, ("nir", "key")),
        ({"code_insee_naissance": "1004"}, ("birth_place", "shape")),
        ({"adresse_1": "x" * 39}, ("address", "length")),
        ({"courriel": ""}, ("mail", "no_channel")),
        ({"mobile": "01 23 45 67 89"}, ("mobile", "not_mobile")),
        ({"nom_naissance": "x" * 100_000}, ("birth_name", "length")),
    ],
)
def test_a_row_says_which_cell_is_wrong_and_nothing_of_it_is_kept(
    desk: Desk, changes: dict[str, str], problem: tuple[str, str]
) -> None:
    import_id = desk.check(written(person(1), person(2, **changes)))
    (right, wrong) = desk.rows(import_id)
    assert right == (2, "ready", [])
    assert wrong[:2] == (3, "wrong")
    assert problem in wrong[2]
    with desk.database.reading() as session:
        found = session.connection().exec_driver_sql(
            "SELECT content, problems FROM holder_import_row WHERE state = 'wrong'"
        )
        content, problems = found.one()
    assert content is None
    assert not any(value in problems for value in changes.values() if value)


def test_a_row_of_too_many_or_too_few_cells_is_wrong(desk: Desk) -> None:
    lines = written(person(1), person(2), person(3)).splitlines()
    content = b"\n".join([lines[0], lines[1] + b";x", b"Bernard;Philippe", lines[3] + b";;;"])
    assert [row[1:] for row in desk.rows(desk.check(content))] == [
        ("wrong", [("row", "cells")]),
        ("wrong", [("row", "cells")]),
        ("ready", []),
    ]


def test_who_is_in_the_file_twice_is_said_with_the_other_line(desk: Desk) -> None:
    import_id = desk.check(written(person(7), person(7, prenoms="Paul"), person(8)))
    assert [row[1:] for row in desk.rows(import_id)] == [
        ("ready", []),
        ("wrong", [("nir", "twice")]),
        ("ready", []),
    ]
    with desk.database.reading() as session:
        problems = session.connection().exec_driver_sql(
            "SELECT problems FROM holder_import_row WHERE state = 'wrong'"
        )
        assert '"line":2' in problems.scalar_one()


def test_who_is_enrolled_already_is_said_when_the_file_is_checked(desk: Desk) -> None:
    desk.done(written(person(1)))
    import_id = desk.check(written(person(1), person(2)))
    assert [row[1:] for row in desk.rows(import_id)] == [
        ("wrong", [("nir", "known")]),
        ("ready", []),
    ]


def test_the_rows_lie_there_sealed(desk: Desk) -> None:
    desk.check(written(person(1, nom_naissance="Vercingétorix")))
    with desk.database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM holder_import_row").all()
    kept = b"".join(
        bytes(cell) for row in rows for cell in row if isinstance(cell, bytes | memoryview)
    )
    assert kept
    assert b"Vercing" not in kept
    assert "Vercing" not in str([cell for row in rows for cell in row if isinstance(cell, str)])


def test_the_model_names_every_column_once() -> None:
    text = import_file.model().decode("utf-8-sig")
    heading = next(csv.reader(io.StringIO(text), delimiter=";"))
    assert heading == HEADING

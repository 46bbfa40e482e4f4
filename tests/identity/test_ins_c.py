import csv
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.identity import ins_c
from idp.identity.check_key import check_key
from idp.identity.ins_c import InsC, InsCError
from idp.identity.nir import NirError

SAMPLE = Path(__file__).parents[1] / "data" / "ins-c-reference-sample.csv"
BODY = "1610275754289"
NUMBERS = st.integers(0, 2**64 - 1).map(lambda n: InsC(f"{n:020d}", f"{check_key(n):02d}"))


def reason(text: str) -> str:
    with pytest.raises(InsCError) as refusal:
        ins_c.parse(text)
    return refusal.value.reason


def test_every_row_of_the_reference_sample_comes_out() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    computed = [
        ins_c.compute(row["first_name"], row["birth_date_yymmdd"], row["nir"]) for row in rows
    ]
    assert len(rows) == 317
    assert computed == [InsC(row["ins_c"], row["ins_c_key"]) for row in rows]


@pytest.mark.parametrize(
    ("first_name", "hashed"),
    [
        ("Élodie", "ELODIE    "),
        ("E\u0301lodie", "ELODIE    "),
        ("Jean-Noël", "JEANNOEL  "),
        ("Jean  Noël", "JEANNOEL  "),
        ("Œdipe", "OEDIPE    "),
        ("lætitia", "LAETITIA  "),
        ("Ǽgir", "AEGIR     "),
        ("François", "FRANCOIS  "),
        ("D’Angelo", "DANGELO   "),
        ("N'Golo", "NGOLO     "),
        ("Ruſs", "RUSS      "),
        ("oﬃce", "OFFICE    "),
        ("Weiß", "WEISS     "),
        ("Maximilienne", "MAXIMILIEN"),
        ("Marie-Œuvre", "MARIEOEUVR"),
        ("王", " " * 10),
        ("", " " * 10),
    ],
)
def test_a_first_name_becomes_ten_plain_characters(first_name: str, hashed: str) -> None:
    assert ins_c.padded_first_name(first_name) == hashed


@given(st.text())
def test_any_first_name_gives_ten_ascii_characters(first_name: str) -> None:
    hashed = ins_c.padded_first_name(first_name)
    assert len(hashed) == 10
    assert hashed.isascii()


def test_accents_hyphens_and_case_do_not_change_the_ins_c() -> None:
    assert ins_c.compute("Jean-Noël", "610217", BODY) == ins_c.compute("JEAN NOEL", "610217", BODY)


def test_the_unknown_day_counts() -> None:
    assert ins_c.compute("Anne", "610200", BODY) != ins_c.compute("Anne", "610201", BODY)


def test_another_kind_of_nir_gets_none() -> None:
    with pytest.raises(InsCError) as refusal:
        ins_c.compute("Anne", "610217", "7610275754289")
    assert refusal.value.reason == "nir_kind"


@pytest.mark.parametrize("birth_date", ["", "61021", "1961-02-17", "6102١٧", "61021X"])
def test_a_birth_date_of_another_shape_is_refused(birth_date: str) -> None:
    with pytest.raises(InsCError) as refusal:
        ins_c.compute("Anne", birth_date, BODY)
    assert refusal.value.reason == "birth_date"


def test_what_is_no_nir_is_refused_as_such() -> None:
    with pytest.raises(NirError):
        ins_c.compute("Anne", "610217", "161027575428")


def test_it_is_shown_in_groups_of_four() -> None:
    shown = ins_c.parse("0833910461279517589858").grouped
    assert shown == "0833 9104 6127 9517 5898 58"


def test_each_slip_has_its_reason() -> None:
    assert reason("083391046127951758985") == "length"
    assert reason("083391046127951758985X") == "characters"
    assert reason("0833910461279517589859") == "key"
    assert reason("99999999999999999999" + f"{check_key(10**20 - 1):02d}") == "range"


@given(NUMBERS)
def test_what_is_shown_is_read_back(number: InsC) -> None:
    assert ins_c.parse(number.grouped) == number
    assert ins_c.parse(str(number)) == number


@given(NUMBERS, st.integers(0, 21), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_caught(number: InsC, place: int, digit: str) -> None:
    typed = str(number)
    assume(typed[place] != digit)
    with pytest.raises(InsCError):
        ins_c.parse(typed[:place] + digit + typed[place + 1 :])

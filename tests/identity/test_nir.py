import csv
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.identity import nir
from idp.identity.nir import Nir, NirError

SAMPLE = Path(__file__).parents[1] / "data" / "ins-c-reference-sample.csv"
BODIES = st.from_regex(nir.BODY, fullmatch=True)


def reason(text: str) -> str:
    with pytest.raises(NirError) as refusal:
        nir.parse(text)
    return refusal.value.reason


def test_every_key_of_the_reference_sample_comes_out() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == 317
    assert [nir.parse(row["nir"]).key for row in rows] == [row["nir_key"] for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "161027575428992",
        "1 61 02 75 754 289 92",
        "1\u00a061\u202f0275 754-289\t92",
        "1610275754289",
    ],
)
def test_spaces_and_a_missing_key_are_forgiven(text: str) -> None:
    assert nir.parse(text) == Nir("1610275754289")


def test_corsica_keeps_its_letter_and_may_be_typed_in_lower_case() -> None:
    assert nir.parse("285072b502024 65").body == "285072B502024"


def test_the_two_halves_of_corsica_count_as_19_and_18() -> None:
    assert nir.key("285072A502024") == nir.key("2850719502024")
    assert nir.key("285072B502024") == nir.key("2850718502024")


@pytest.mark.parametrize("text", ["", " ", "161027575428", "16102757542899", "1610275754289920"])
def test_a_wrong_length_is_said(text: str) -> None:
    assert reason(text) == "length"


@pytest.mark.parametrize(
    "text", ["161027575428X", "285072C502024", "2A50775502024", "0610275754289", "16102757542٨٩"]
)
def test_what_is_no_digit_is_said(text: str) -> None:
    assert reason(text) == "characters"


@pytest.mark.parametrize("text", ["161027575428991", "16102757542899A"])
def test_a_wrong_key_is_said(text: str) -> None:
    assert reason(text) == "key"


def test_only_the_two_usual_kinds_get_an_ins_c() -> None:
    kinds = {digit: Nir(f"{digit}610275754289").gets_ins_c for digit in "12345678"}
    assert [digit for digit, gets in kinds.items() if gets] == ["1", "2"]


def test_a_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(NirError) as refusal:
        nir.parse("161027575428991")
    assert "161027" not in str(refusal.value)


@given(BODIES)
def test_what_is_shown_is_read_back(body: str) -> None:
    assert nir.parse(nir.display(Nir(body))).body == body
    assert nir.parse(str(Nir(body))).body == body


@given(BODIES, st.integers(0, 14), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_caught(body: str, place: int, digit: str) -> None:
    typed = str(Nir(body))
    assume(typed[place].isdigit() and typed[place] != digit)
    with pytest.raises(NirError):
        nir.parse(typed[:place] + digit + typed[place + 1 :])


@given(BODIES, st.integers(0, 13))
def test_two_neighbours_swapped_are_always_caught(body: str, place: int) -> None:
    typed = str(Nir(body))
    assume(typed[place] != typed[place + 1])
    with pytest.raises(NirError):
        nir.parse(typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :])

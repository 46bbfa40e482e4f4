from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.identity import birth_date
from idp.identity.birth_date import BirthDate, BirthDateError

DATES = st.builds(BirthDate, st.integers(1850, 2100), st.integers(0, 12), st.integers(0, 31))


def reason(text: str, not_after: date | None = None) -> str:
    with pytest.raises(BirthDateError) as refusal:
        birth_date.parse(text, not_after=not_after)
    return refusal.value.reason


@pytest.mark.parametrize(
    ("typed", "yymmdd", "claim", "words"),
    [
        ("1977-01-31", "770131", "1977-01-31", "31 janvier 1977"),
        ("1977-08-01", "770801", "1977-08-01", "1er août 1977"),
        ("1977-03-00", "770300", "1977", "mars 1977"),
        ("1977-00-00", "770000", "1977", "1977"),
        ("1950-02-31", "500231", "1950", "31 février 1950"),
        ("2004-02-29", "040229", "2004-02-29", "29 février 2004"),
    ],
)
def test_a_registered_date_in_all_its_forms(
    typed: str, yymmdd: str, claim: str, words: str
) -> None:
    born = birth_date.parse(typed)
    assert (born.yymmdd, born.oidc, born.in_words) == (yymmdd, claim, words)


@pytest.mark.parametrize("text", ["", "31/01/1977", "1977-1-31", "77-01-31", "١٩٧٧-01-31"])
def test_another_shape_is_refused(text: str) -> None:
    assert reason(text) == "shape"


@pytest.mark.parametrize("text", ["1977-13-01", "1977-01-32", "0000-01-01"])
def test_a_month_or_a_day_that_is_none_is_refused(text: str) -> None:
    assert reason(text) == "range"


def test_nobody_is_born_tomorrow() -> None:
    today = date(2026, 11, 22)
    assert reason("2026-11-23", today) == "future"
    assert reason("2027-00-00", today) == "future"
    assert str(birth_date.parse("2026-11-22", not_after=today)) == "2026-11-22"
    assert str(birth_date.parse("2026-00-00", not_after=today)) == "2026-00-00"


@given(DATES)
def test_what_is_written_is_read_back(born: BirthDate) -> None:
    assert birth_date.parse(str(born)) == born

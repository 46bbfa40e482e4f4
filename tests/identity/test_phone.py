import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.identity import phone
from idp.identity.phone import PhoneError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12 34 56 42", "+33612345642"),
        ("07.12.34.56.42", "+33712345642"),
        ("06\u00a012\u202f34-56/42", "+33612345642"),
        ("+33 6 12 34 56 42", "+33612345642"),
        ("+33 (0)6 12 34 56 42", "+33612345642"),
        ("+33 06 12 34 56 42", "+33612345642"),
        ("0033 6 12 34 56 42", "+33612345642"),
        ("+262 692 12 34 56", "+262692123456"),
        ("0692 12 34 56", "+262692123456"),
        ("0690 12 34 56", "+590690123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0639 12 34 56", "+262639123456"),
        ("+44 7700 900123", "+447700900123"),
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a_mobile_is_kept_in_e164_however_it_is_typed(typed: str, kept: str) -> None:
    assert phone.parse(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "length"),
        ("+", "length"),
        ("06 12 34 56 4", "length"),
        ("06 12 34 56 421", "length"),
        ("+33 6 12 34 56", "length"),
        ("+1234567890123456", "length"),
        ("612345642", "length"),
        ("+0612345642", "length"),
        ("01 23 45 67 89", "not_mobile"),
        ("+262 262 12 34 56", "not_mobile"),
        ("06 12 34 56 4x", "characters"),
        ("06 12 34 56 4٢", "characters"),
        ("06+12345642", "characters"),
    ],
)
def test_what_gets_no_sms_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(PhoneError) as refusal:
        phone.parse(typed)
    assert refusal.value.reason == reason


def test_a_number_is_shown_as_people_know_it() -> None:
    assert phone.display("+33612345642") == "06 12 34 56 42"
    assert phone.display("+262692123456") == "06 92 12 34 56"
    assert phone.display("+447700900123") == "+447700900123"


def test_a_masked_number_says_its_beginning_and_its_end() -> None:
    assert phone.mask("+33612345642") == "06 •• •• •• 42"
    assert phone.mask("+262692123456") == "06 •• •• •• 56"
    assert phone.mask("+447700900123") == "+44 •• •• •• 23"


@given(st.from_regex(r"0[67][0-9]{8}", fullmatch=True))
def test_what_is_shown_is_read_back(typed: str) -> None:
    number = phone.parse(typed)
    assert phone.display(number).replace(" ", "") == typed
    assert phone.parse(phone.display(number)) == number

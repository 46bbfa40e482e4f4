import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.identity import login_identifier
from idp.identity.login_identifier import LoginIdentifierError

IDENTIFIERS = st.integers(0, 9 * 10**9 - 1).map(
    lambda drawn: login_identifier.generate(lambda _: drawn)
)


def reason(text: str) -> str:
    with pytest.raises(LoginIdentifierError) as refusal:
        login_identifier.parse(text)
    return refusal.value.reason


def test_it_is_ten_digits_and_their_key() -> None:
    assert login_identifier.generate(lambda _: 0) == "100000000063"
    assert login_identifier.generate(lambda bound: bound - 1)[:10] == "9" * 10


def test_two_in_a_row_have_nothing_to_do_with_each_other() -> None:
    drawn = [int(login_identifier.generate()[:10]) for _ in range(200)]
    assert len(set(drawn)) == 200
    assert drawn != sorted(drawn)


@pytest.mark.parametrize(
    "text",
    [
        "100000000063",
        " 1000 0000 0063 ",
        "1000\u00a00000\u202f0063",
        "1000-0000-0063",
        "10.00.00.00.00.63",
        "1000\u20110000\u20130063\n",
    ],
)
def test_it_is_read_however_it_is_spaced(text: str) -> None:
    assert login_identifier.parse(text) == "100000000063"


def test_a_typing_error_is_told_from_another_thing() -> None:
    assert reason("100000000064") == "key"
    assert reason("10000000006") == "length"
    assert reason("1000000000630") == "length"
    assert reason("") == "length"
    assert reason("marie@example") == "characters"
    assert reason("1000000000٦٣") == "characters"
    assert reason("10000000006²") == "characters"


@given(IDENTIFIERS)
def test_what_is_shown_is_read_back(identifier: str) -> None:
    shown = login_identifier.display(identifier)
    assert [len(group) for group in shown.split(" ")] == [4, 4, 4]
    assert login_identifier.parse(shown) == identifier


@given(IDENTIFIERS, st.integers(0, 11), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_said_to_be_a_typing_error(
    identifier: str, place: int, digit: str
) -> None:
    assume(identifier[place] != digit)
    assert reason(identifier[:place] + digit + identifier[place + 1 :]) == "key"


@given(IDENTIFIERS, st.integers(0, 10))
def test_two_neighbours_swapped_are_always_said_to_be_a_typing_error(
    identifier: str, place: int
) -> None:
    first, second = identifier[place], identifier[place + 1]
    assume(first != second)
    assert reason(identifier[:place] + second + first + identifier[place + 2 :]) == "key"

from hypothesis import given
from hypothesis import strategies as st

from idp.identity import initial_password


def test_it_holds_sixty_bits_without_look_alikes() -> None:
    assert len(set(initial_password.ALPHABET)) == 32
    assert not set(initial_password.ALPHABET) & set("01IO")


def test_it_is_drawn_from_the_alphabet() -> None:
    drawn = {initial_password.generate() for _ in range(100)}
    assert len(drawn) == 100
    assert {len(password) for password in drawn} == {12}
    assert set("".join(drawn)) <= set(initial_password.ALPHABET)


def test_it_is_printed_four_by_four() -> None:
    assert initial_password.display("K7TP4WXNRH9M") == "K7TP-4WXN-RH9M"


def test_case_spaces_and_hyphens_are_forgiven() -> None:
    for typed in ("k7tp-4wxn-rh9m", " K7TP 4WXN RH9M\n", "k7TP\u20114wxn\u202frh9m"):
        assert initial_password.normalise(typed) == "K7TP4WXNRH9M"


@given(st.text())
def test_nothing_typed_breaks_it(text: str) -> None:
    assert isinstance(initial_password.normalise(text), str)

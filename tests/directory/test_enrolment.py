from datetime import date
from typing import Any

import pytest

from idp.directory.enrolment import InvalidEnrolment, Person, check
from tests.directory.people import MARIE_INS_C, marie

TODAY = date(2026, 11, 22)


def checked(**changes: Any) -> Person:
    return check(marie(**changes), today=TODAY)


def problems(**changes: Any) -> list[str]:
    with pytest.raises(InvalidEnrolment) as refusal:
        checked(**changes)
    return list(refusal.value.problems)


def test_an_enrolment_in_order_gives_the_ins_c_of_the_reference_sample() -> None:
    person = checked()
    assert str(person.ins_c) == MARIE_INS_C
    assert person.mobile == "+33612345642"
    assert person.traits.display_name == "Marie Christine MARTIN"


def test_every_problem_is_said_at_once() -> None:
    found = problems(
        birth_name="", first_names=(), birth_date="", sex="X", birth_place="1", nir="",
        birth_place_name="", address=(), mail=None, mobile=None,
    )  # fmt: skip
    assert len(found) == 9


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"birth_name": "M4RTIN"}, "The birth name has a character that no name has."),
        ({"used_name": "<b>"}, "The used name has a character that no name has."),
        ({"first_names": ("",)}, "The first name number 1 is missing."),
        ({"first_names": ("Мария",)}, "The first name has no letter from A to Z"),
        ({"birth_date": "31/01/1977"}, "The birth date is not written YYYY-MM-DD."),
        ({"birth_date": "1977-13-31"}, "The birth date is not a date"),
        ({"birth_date": "2077-01-31"}, "The birth date is in the future."),
        ({"sex": "f"}, "The sex is neither F nor M."),
        ({"birth_place": "2C004"}, "The birth place is not an INSEE code"),
        ({"birth_place_name": "Bour\x00ges"}, "has a control character"),
        ({"nir": "277016682842"}, "The NIR is not 13 characters long"),
        ({"nir": "2770166828426 39"}, "The NIR has a wrong key"),
        ({"nir": "277016682842X"}, "The NIR has a character that no NIR has there."),
        ({"address": ("x" * 39,)}, "Address line 1 is longer than 38 characters."),
        ({"address": ("x",) * 7}, "The postal address has more than 6 lines."),
        ({"address": ("a\x07b",)}, "Address line 1 has a control character."),
        ({"address": (" ",)}, "The postal address is missing."),
        ({"mail": "marie"}, "The e-mail address does not have exactly one @."),
        ({"mail": "marie@exemple"}, "The e-mail address has no valid domain"),
        ({"mobile": "02 48 00 00 00"}, "The mobile number is a landline"),
        ({"mobile": "06 12"}, "The mobile number does not have the length"),
        ({"mail": "", "mobile": None}, "There must be an e-mail address or a mobile number"),
    ],
)
def test_what_is_wrong_is_said_in_words(changes: dict[str, Any], sentence: str) -> None:
    (found,) = problems(**changes)
    assert sentence in found


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sex": "M"}, "The NIR and the sex contradict each other."),
        ({"birth_date": "1978-01-31"}, "The NIR and the year of birth contradict each other."),
        ({"birth_date": "1977-02-28"}, "The NIR and the month of birth contradict each other."),
        ({"nir": "2771366828426"}, "The NIR has a month of birth that does not exist."),
        ({"nir": "2774966828426"}, "The NIR has a month of birth that does not exist."),
        ({"nir": "7770166828426"}, "The NIR and the sex contradict each other."),
    ],
)
def test_a_nir_that_contradicts_the_traits_is_refused(
    changes: dict[str, Any], sentence: str
) -> None:
    assert problems(**changes) == [sentence]


@pytest.mark.parametrize("month", ["20", "31", "42", "50", "99"])
def test_a_month_that_the_registry_made_up_is_accepted(month: str) -> None:
    assert checked(nir=f"277{month}66828426").ins_c is not None


def test_an_unknown_month_contradicts_no_nir() -> None:
    assert checked(birth_date="1977-00-00").traits.birth_date == "1977-00-00"


def test_another_kind_of_nir_gets_no_ins_c() -> None:
    assert checked(nir="8770166828426").ins_c is None


def test_a_birth_in_corsica_or_abroad_is_accepted() -> None:
    assert checked(birth_place="2a004").traits.birth_place == "2A004"
    assert checked(birth_place="99351", birth_place_name="Maroc").traits.birth_place == "99351"


def test_one_channel_is_enough() -> None:
    assert checked(mail=None).mail is None
    assert checked(mobile="").mobile is None


def test_no_trait_shows_in_a_representation() -> None:
    entered = marie()
    shown = repr(entered) + repr(check(entered, today=TODAY).traits)
    assert not any(
        trait in shown for trait in ("MARTIN", "Marie", "1977", "Tilleuls", "exemple.fr")
    )

from idp.identity.check_key import check_key


def test_the_key_is_97_less_the_remainder() -> None:
    assert check_key(1610275754289) == 92


def test_the_key_goes_from_1_to_97_and_never_to_0() -> None:
    assert {check_key(number) for number in range(500)} == set(range(1, 98))

"""The two-digit check key that the NIR, the INS-C and the login identifier share."""

MODULUS = 97


def check_key(number: int) -> int:
    """The key `97 − (number mod 97)`, from 1 to 97 (design section 3).

    97 is prime and does not divide 9 × 10ⁿ, so one wrong digit or two neighbours swapped always
    change the key.
    """
    return MODULUS - number % MODULUS

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.identity import email_address
from idp.identity.email_address import EmailAddressError


@pytest.mark.parametrize(
    "typed",
    ["m.martin+dmp@example.fr", "Élodie@exemple.fr", "a@bücher.example", "o’neil@a-b.c.museum"],
)
def test_an_address_is_kept_as_typed(typed: str) -> None:
    assert email_address.parse(f"  {typed}\n") == typed


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "length"),
        ("a@" + "b" * 60 + ".fr" * 80, "length"),
        ("marie", "at"),
        ("a@b@example.fr", "at"),
        ("@example.fr", "characters"),
        ("a b@example.fr", "characters"),
        ("a\u00a0b@example.fr", "characters"),
        ("a\r\nBcc: x@example.fr", "characters"),
        ("a\u202e@example.fr", "characters"),
        ("a..b@example.fr", "characters"),
        (".a@example.fr", "characters"),
        ("a,b@example.fr", "characters"),
        ("<a@example.fr", "characters"),
        ("a" * 65 + "@example.fr", "characters"),
        ("a@example", "domain"),
        ("a@.fr", "domain"),
        ("a@example..fr", "domain"),
        ("a@-example.fr", "domain"),
        ("a@exam ple.fr", "domain"),
        ("a@exa_mple.fr", "domain"),
        ("a@127.0.0.1", "domain"),
        ("a@" + "b" * 64 + ".fr", "domain"),
    ],
)
def test_a_slip_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(EmailAddressError) as refusal:
        email_address.parse(typed)
    assert refusal.value.reason == reason


def test_a_masked_address_gives_away_two_letters_and_the_ending() -> None:
    assert email_address.mask("marie@exemple.fr") == "m•••@e•••.fr"
    assert email_address.mask("m@mail.exemple.co.uk") == "m•••@m•••.uk"


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        address = email_address.parse(text)
    except EmailAddressError:
        return
    assert address.count("@") == 1
    assert not any(character.isspace() for character in address)

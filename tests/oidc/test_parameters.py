"""Parameters as OAuth reads them (RFC 6749, sections 3.1, 3.2 and appendix B)."""

import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.parameters import Malformed, parse

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))


def refusal(encoded: str | bytes) -> str:
    with pytest.raises(Malformed) as caught:
        parse(encoded)
    return str(caught.value)


def test_names_and_values_are_decoded() -> None:
    assert parse("a=1&b=%C3%A9+x&c=%26%3D") == {"a": "1", "b": "é x", "c": "&="}


def test_bytes_are_read_like_text() -> None:
    assert parse(b"a=1") == parse("a=1") == {"a": "1"}


def test_an_empty_parameter_is_absent() -> None:
    assert parse("a=&b&c=1") == {"c": "1"}


def test_a_parameter_twice_is_refused_even_if_empty() -> None:
    assert refusal("a=1&a=1") == "a is there more than once"
    assert refusal("a=&a=") == "a is there more than once"


def test_a_semicolon_separates_nothing() -> None:
    assert parse("a=1;b=2") == {"a": "1;b=2"}


def test_what_is_too_long_is_refused() -> None:
    assert parse("a=" + "x" * 8_192)
    assert refusal("a=" + "x" * 8_193) == "a is too long"
    assert refusal("a=x&" * 9_000) == "the request is too long"


def test_too_many_parameters_are_refused() -> None:
    assert refusal("&".join(f"p{number}=1" for number in range(101))).endswith("parameters")


@pytest.mark.parametrize(
    "encoded", ["a=%ff", "%ff=a", b"a=\xff", b"a=\xc3\xa9", "a=é", "a=%ED%A0%80"]
)
def test_what_is_not_form_encoded_utf8_is_refused(encoded: str | bytes) -> None:
    assert refusal(encoded) == "the request is not form-encoded UTF-8"


@pytest.mark.parametrize("code", ["00", "01", "0A", "0D", "1F", "7F"])
def test_control_characters_are_refused(code: str) -> None:
    assert refusal(f"state=a%{code}b") == "state has a control character"


def test_a_refusal_is_fit_for_an_error_description() -> None:
    for name in ("é", '"', "\\", "<script>", "a b", "x" * 100, ""):
        text = refusal(urlencode([(name, "1"), (name, "2")]))
        assert DESCRIPTION.fullmatch(text), name
        assert len(text) < 80


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(encoded: bytes) -> None:
    try:
        values = parse(encoded)
    except Malformed as refused:
        values, words = {}, str(refused)
    else:
        words = "fine"
    assert DESCRIPTION.fullmatch(words)
    assert all(value.isprintable() or not value.isascii() for value in values.values())


@given(st.dictionaries(printable, printable.filter(bool), max_size=20))
def test_what_was_encoded_is_read_back(values: dict[str, str]) -> None:
    assert parse(urlencode(values)) == values

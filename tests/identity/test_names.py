import pytest

from idp.identity import names
from idp.identity.names import InvalidName


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Marie   Christine ", "Marie Christine"),
        ("E\u0301lodie", "Élodie"),
        ("D'Angelo", "D’Angelo"),
        ("Jean-Noël", "Jean-Noël"),
        ("Nguyễn", "Nguyễn"),
        ("J. P.", "J. P."),
    ],
)
def test_a_name_is_kept_as_registered_but_tidy(typed: str, kept: str) -> None:
    assert names.parse(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" \u00a0", "empty"),
        ("A" * 101, "length"),
        ("Marie\x00", "characters"),
        ("Marie\u202e", "characters"),
        ("<b>", "characters"),
        ("R2D2", "characters"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(InvalidName) as refusal:
        names.parse(typed)
    assert refusal.value.reason == reason

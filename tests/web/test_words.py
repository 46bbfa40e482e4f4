"""Durations and languages of the pages."""

import pytest
from flask import Flask

from idp.web import words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (1, "1 seconde", "1 second"),
        (24, "24 secondes", "24 seconds"),
        (60, "1 minute", "1 minute"),
        (61, "2 minutes", "2 minutes"),
        (900, "15 minutes", "15 minutes"),
        (7199, "120 minutes", "120 minutes"),
        (7200, "2 heures", "2 hours"),
        (86_400, "24 heures", "24 hours"),
    ],
)
def test_a_wait_is_told_as_people_tell_it(
    app: Flask, seconds: int, french: str, english: str
) -> None:
    for language, expected in (("fr", french), ("en", english)):
        with app.test_request_context(f"/?lang={language}"):
            assert words.language() == language
            assert words.delay(seconds) == expected

"""What production does without is off, and whoever turns it on is told at each start."""

from pathlib import Path

import pytest

from idp import create_app
from idp.config import Settings
from idp.web.app import LENIENT


def warned(settings: Settings, capsys: pytest.CaptureFixture[str]) -> list[str]:
    create_app(settings.model_copy(update={"log_level": "warning"}))
    written = capsys.readouterr().err
    return [name for name in LENIENT if f"IDP_{name.upper()}" in written]


def test_nothing_lenient_is_on_by_itself(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not any(Settings.model_fields[name].default for name in LENIENT)
    assert warned(settings, capsys) == []


@pytest.mark.parametrize("name", LENIENT)
def test_what_is_lenient_is_loud(
    settings: Settings, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = {"fetch_private": "10.0.0.0/8", "fetch_ca_file": str(tmp_path)}.get(name, True)
    assert warned(settings.model_copy(update={name: value}), capsys) == [name]

"""The settings: checked at start, every error at once and in words."""

import os
from pathlib import Path

import pytest

from idp import create_app
from idp.config import Settings, SettingsError, load
from idp.crypto import new_secret

KEYS = {f"IDP_{name}_KEYS": f"k1:{new_secret()}" for name in ("SEALING", "MAC", "INDEX")}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A process that knows nothing but its keys and that it is a production."""
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        monkeypatch.delenv(name)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IDP_ISSUER", "https://connexion.example")
    return monkeypatch


def problems() -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load()
    return refused.value.problems


def test_right_settings_are_taken(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IDP_CODE_LIFETIME", "300")
    settings = load()
    assert settings.environment == "production"
    assert settings.code_lifetime == 300
    assert settings.tls


def test_every_setting_says_why_it_is_there() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_defaults_are_those_of_the_design() -> None:
    expected = {
        "initial_password_days": 60,
        "password_minimum": 12,
        "password_maximum": 128,
        "password_strength": 3,
        "argon2_memory_kib": 19 * 1024,
        "argon2_time": 2,
        "argon2_parallelism": 1,
        "failures_free": 5,
        "failures_first_wait": 60,
        "failures_longest_wait": 900,
        "failures_per_day": 25,
        "code_lifetime": 600,
        "code_tries": 5,
        "code_resend_after": 30,
        "code_per_day": 20,
        "session_idle": 1800,
        "session_lifetime": 28_800,
        "interaction_lifetime": 1800,
        "authorization_code_lifetime": 60,
        "id_token_lifetime": 300,
        "access_token_lifetime": 300,
        "refresh_token_lifetime": 30 * 86_400,
        "refresh_token_grace": 10,
        "trail_days": 365,
        "acr_aliases": {"eidas1": "urn:dmp:acr:mfa"},
    }
    actual = {name: Settings.model_fields[name].default for name in expected}
    assert actual == expected


@pytest.mark.parametrize("environment_name", ["production", "demonstration"])
def test_nothing_starts_without_its_secrets(
    environment: pytest.MonkeyPatch, environment_name: str
) -> None:
    environment.setenv("IDP_ENVIRONMENT", environment_name)
    for name in KEYS:
        environment.delenv(name)
    found = problems()
    assert {line.partition(":")[0] for line in found} == set(KEYS)
    assert all("is missing" in line for line in found)
    with pytest.raises(SettingsError):
        create_app()


def test_every_error_is_said_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IDP_ISSUER", "http://connexion.example")
    environment.setenv("IDP_CODE_LIFETIME", "soon")
    environment.setenv("IDP_SMTP_PORT", "99999")
    environment.setenv("IDP_MAC_KEYS", "k1:short")
    environment.setenv("IDP_ACR_ALIASES", "not JSON")
    environment.setenv("IDP_ISSEUR", "https://connexion.example")
    found = {line.partition(":")[0] for line in problems()}
    assert found == {
        "IDP_ISSUER",
        "IDP_CODE_LIFETIME",
        "IDP_SMTP_PORT",
        "IDP_MAC_KEYS",
        "IDP_ACR_ALIASES",
        "IDP_ISSEUR",
    }


@pytest.mark.parametrize(
    ("issuer", "said"),
    [
        ("http://connexion.example", "must be https"),
        ("http://localhost:8000", "must be https"),
        ("https://connexion.example/", "final slash"),
        ("https://connexion.example/idp", "a path"),
        ("https://connexion.example?a=b", "a query"),
        ("connexion.example", "not an http(s) address"),
        ("ftp://connexion.example", "not an http(s) address"),
        ("", "not an http(s) address"),
    ],
)
def test_an_issuer_that_is_none_is_refused(
    environment: pytest.MonkeyPatch, issuer: str, said: str
) -> None:
    environment.setenv("IDP_ISSUER", issuer)
    (problem,) = problems()
    assert problem.startswith("IDP_ISSUER: ")
    assert said in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FETCH_PRIVATE", "127.0.0.1/8"),
        ("FETCH_PRIVATE", "app.internal, ::1/129"),
        ("FETCH_CA_FILE", "/nowhere/authority.pem"),
        ("FETCH_TIMEOUT", "0"),
    ],
)
def test_what_may_be_fetched_is_checked_at_start(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(f"IDP_{name}", value)
    (problem,) = problems()
    assert problem.startswith(f"IDP_{name}: ")


def test_a_production_has_to_say_its_issuer(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("IDP_ISSUER")
    assert problems() == ["IDP_ISSUER: must be https outside the demonstration"]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_a_demonstration_may_run_over_http_on_this_machine(
    environment: pytest.MonkeyPatch, host: str
) -> None:
    environment.setenv("IDP_ENVIRONMENT", "demonstration")
    environment.setenv("IDP_ISSUER", f"http://{host}")
    assert not load().tls


def test_a_demonstration_may_not_run_over_http_elsewhere(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IDP_ENVIRONMENT", "demonstration")
    environment.setenv("IDP_ISSUER", "http://connexion.example")
    assert "on this machine only" in problems()[0]


@pytest.mark.parametrize(
    "name", ["code_lifetime", "session_idle", "access_token_lifetime", "failures_first_wait"]
)
@pytest.mark.parametrize("value", ["0", "-1", "", "1.5", "ten", "1e9"])
def test_a_duration_that_is_none_is_refused(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(f"IDP_{name.upper()}", value)
    (problem,) = problems()
    assert problem.startswith(f"IDP_{name.upper()}: ")


@pytest.mark.parametrize(
    ("aliases", "said"),
    [
        ("[]", "dictionary"),
        ('{"eidas1": "high"}', "eidas1 stands for high, which is none of"),
        ("{", "is not JSON"),
    ],
)
def test_aliases_that_stand_for_nothing_are_refused(
    environment: pytest.MonkeyPatch, aliases: str, said: str
) -> None:
    environment.setenv("IDP_ACR_ALIASES", aliases)
    (problem,) = problems()
    assert problem.startswith("IDP_ACR_ALIASES: ")
    assert said in problem


def test_aliases_are_read(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IDP_ACR_ALIASES", '{"loa2": "urn:dmp:acr:mfa"}')
    assert load().acr_aliases == {"loa2": "urn:dmp:acr:mfa"}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("k1", "each key is written"),
        ("k1:AAAA", "has 3 bytes, not 32"),
        ("k1:é", "is not base64url"),
        ("toolongname:AAAA", "each key is written"),
        (f"k1:{'A' * 43},k1:{'B' * 42}A", "is there twice"),
        (f"k1:{'A' * 43},", "each key is written"),
    ],
)
def test_keys_that_are_none_are_refused_without_being_shown(
    environment: pytest.MonkeyPatch, keys: str, said: str
) -> None:
    environment.setenv("IDP_SEALING_KEYS", keys)
    (problem,) = problems()
    assert problem.startswith("IDP_SEALING_KEYS: ")
    assert said in problem
    assert keys.partition(":")[2] not in problem or not keys.partition(":")[2]


def test_secrets_are_masked_wherever_settings_are_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IDP_SMTP_PASSWORD", "hush-smtp")
    environment.setenv("IDP_SMS_URL", "json://user:hush-sms@provider.example/{to}")
    environment.setenv("IDP_DATABASE_URL", "postgresql+psycopg://idp:hush-db@db.example/idp")
    settings = load()
    for shown in (repr(settings), str(settings)):
        assert "hush" not in shown
        assert not any(key.partition(":")[2] in shown for key in KEYS.values())


def test_a_file_of_settings_is_read_and_the_environment_comes_first(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "idp.env"
    file.write_text("IDP_CODE_LIFETIME=120\nIDP_CODE_TRIES=4\n")
    environment.setenv("IDP_SETTINGS_FILE", str(file))
    environment.setenv("IDP_CODE_TRIES", "3")
    settings = load()
    assert (settings.code_lifetime, settings.code_tries) == (120, 3)


def test_a_misspelt_name_in_the_file_is_refused(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "idp.env"
    file.write_text("IDP_CODE_LIVETIME=120\n")
    environment.setenv("IDP_SETTINGS_FILE", str(file))
    (problem,) = problems()
    assert problem == "IDP_CODE_LIVETIME: there is no such setting"


def test_a_file_that_is_not_there_is_said(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IDP_SETTINGS_FILE", "/nowhere/idp.env")
    assert problems() == ["IDP_SETTINGS_FILE names /nowhere/idp.env, which is not there"]


def test_the_newest_key_writes_and_every_key_reads(environment: pytest.MonkeyPatch) -> None:
    old = load().keyring
    sealed = old.seal(b"hello", "place")
    environment.setenv("IDP_SEALING_KEYS", f"k2:{new_secret()},{KEYS['IDP_SEALING_KEYS']}")
    rotated = load().keyring
    assert rotated.open(sealed, "place") == b"hello"
    assert rotated.seal(b"hello", "place")[1:3] == b"k2"

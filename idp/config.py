"""The settings: each with its name, its default and why. Read from `IDP_…` in the environment,
or from the file that `IDP_SETTINGS_FILE` names (lines `IDP_NAME=value`); checked at start."""

import ipaddress
import json
import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from idp.crypto import KeyListError, Keyring, parse_keys

MINUTE, HOUR, DAY = 60, 3600, 86400

LEVELS = ("urn:dmp:acr:password", "urn:dmp:acr:mfa", "phr")


class SettingsError(Exception):
    """Everything that is wrong with the settings, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _keys(value: SecretStr) -> SecretStr:
    if not value.get_secret_value():
        raise ValueError("is missing; `idp secrets` makes one")
    try:
        parse_keys(value.get_secret_value())
    except KeyListError as error:
        raise ValueError(str(error)) from error
    return value


def _json_object(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError("is not JSON") from error


def _levels(aliases: dict[str, str]) -> dict[str, str]:
    for name, level in aliases.items():
        if level not in LEVELS:
            raise ValueError(f"{name} stands for {level}, which is none of {', '.join(LEVELS)}")
    return aliases


def _names(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(name.strip().lower() for name in value.split(",") if name.strip())


Keys = Annotated[SecretStr, AfterValidator(_keys), Field(validate_default=True)]
Aliases = Annotated[
    dict[str, str], NoDecode, BeforeValidator(_json_object), AfterValidator(_levels)
]


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]


def setting(default: Any, why: str, **limits: Any) -> Any:
    return Field(default=default, description=why, **limits)


class Settings(BaseSettings):
    """Durations are in seconds."""

    model_config = SettingsConfigDict(env_prefix="IDP_", extra="forbid", frozen=True)

    # Where
    environment: Literal["production", "demonstration"] = setting(
        "production", "A demonstration may run over plain http and says so in its log."
    )
    issuer: str = setting(
        "http://localhost:8000",
        "The provider's address as everybody sees it, without a final slash: `iss` in every token.",
        validate_default=True,
    )
    var: Path = setting(Path("var"), "Folder of what the provider keeps on disk by default.")
    database_url: str = setting(
        "",
        "SQLAlchemy URL; empty: SQLite in the folder `var`. PostgreSQL: postgresql+psycopg://…",
        repr=False,  # it may carry a password
    )
    proxy_hops: int = setting(
        0, "How many trusted proxies stand in front and set X-Forwarded-For and -Proto.", ge=0, le=5
    )

    # Secrets
    sealing_keys: Keys = setting(
        SecretStr(""), "Seal personal data at rest: `id:base64url(32 bytes)`, newest first."
    )
    mac_keys: Keys = setting(
        SecretStr(""), "Authenticate cookies, refresh tokens and codes: same form, newest first."
    )
    index_keys: Keys = setting(
        SecretStr(""), "Find sealed values again (blind indexes): same form, the newest is used."
    )

    # Brand
    brand_name: str = setting("Dossier Médical Partagé", "The service's name, in the header.")
    brand_ministry: str = setting(
        "Ministère des Solidarités et de la Santé", "Under the name, in text."
    )
    brand_ministry_lines: str = setting(
        "MINISTÈRE\nDES SOLIDARITÉS\nET DE LA SANTÉ", "The ministry's block on the letter."
    )
    brand_is_state_service: bool = setting(
        False, "The State's block-mark and fonts: only for a deployment that is a State service."
    )
    site_name: str = setting("dmp.fr", "The site that the letter sends to, in words.")
    site_url: str = setting("https://www.dmp.fr", "The same, as an address.")
    hotline_name: str = setting("Assistance DMP", "Who answers questions.")
    hotline_number: str = setting("09 00 00 00 00", "The telephone number on letter and pages.")
    hotline_hours: str = setting(
        "du lundi au vendredi de 8\u00a0h\u00a030 à 17\u00a0h\u00a030", "When it answers."
    )
    hotline_hours_en: str = setting(
        "Monday to Friday, 8.30 am to 5.30 pm", "The same, on the English pages."
    )
    accessibility_url: str = setting("", "Accessibility statement; empty: the built-in page.")
    data_protection_url: str = setting("", "Data protection notice; empty: the built-in page.")
    legal_url: str = setting("", "Legal notice; empty: the built-in page.")

    # Initial and chosen password
    initial_password_days: int = setting(60, "How long the letter's password is valid.", ge=1)
    password_minimum: int = setting(12, "Characters of a chosen password, at least.", ge=8)
    password_maximum: int = setting(128, "And at most.", ge=64)
    password_strength: int = setting(3, "zxcvbn score that is asked, 0 to 4.", ge=0, le=4)
    argon2_memory_kib: int = setting(19456, "Argon2id memory (OWASP's first profile).", ge=8)
    argon2_time: int = setting(2, "Argon2id passes.", ge=1)
    argon2_parallelism: int = setting(1, "Argon2id lanes.", ge=1)

    # Throttles
    failures_free: int = setting(5, "Failures in a row from which one has to wait.", ge=1)
    failures_first_wait: int = setting(
        MINUTE, "The first wait; it doubles with each failure.", ge=1
    )
    failures_longest_wait: int = setting(
        15 * MINUTE, "The longest wait: never a permanent lock.", ge=1
    )
    failures_per_day: int = setting(25, "Failures a day per account.", ge=1)
    failures_per_address: int = setting(
        100, "Failures an hour per network address (an IPv6 /64 counts as one).", ge=1
    )

    # One-time code
    code_lifetime: int = setting(10 * MINUTE, "A one-time code's validity.", ge=1)
    code_tries: int = setting(5, "Wrong tries after which a one-time code is void.", ge=1)
    code_resend_after: int = setting(30, "Before a new one can be asked for.", ge=0)
    code_per_day: int = setting(20, "One-time codes sent to an account in a day.", ge=1)

    channel_change_wait: int = setting(
        DAY,
        "How long the old channels can stop a new one that was confirmed: it is used after that.",
        ge=0,
    )

    # Recovery and emergency
    recovery_lifetime: int = setting(
        30 * MINUTE, "How long a recovery's link and code, or an emergency's code, are good.", ge=1
    )
    recoveries_per_day: int = setting(
        5, "Recoveries and emergencies asked for in a day per identifier, address or number.", ge=1
    )
    recoveries_per_address: int = setting(30, "And in an hour per network address.", ge=1)

    # Passkeys, authenticator application, recovery codes
    fresh_second_factor: int = setting(
        5 * MINUTE, "How fresh a second factor has to be for a change of the ways to sign in.", ge=1
    )
    totp_drift: int = setting(
        1, "Steps of 30 seconds by which an authenticator's clock may be off.", ge=0, le=2
    )
    recovery_codes: int = setting(10, "Recovery codes in a set.", ge=1, le=30)
    passkeys_per_account: int = setting(10, "Passkeys of one account, at most.", ge=1)
    passkey_attestation: Literal["none", "direct"] = setting(
        "none",
        "`none` takes every passkey; `direct` those alone whose maker vouches for a listed model.",
    )
    passkey_aaguids: Names = setting(
        (), "The models (AAGUID) that `direct` takes, separated by commas."
    )
    passkey_attestation_roots: Path | None = setting(
        None,
        "PEM file of the makers' root certificates, which `direct` needs.",
        validate_default=True,
    )

    # Sessions, interactions, tokens
    session_idle: int = setting(30 * MINUTE, "A session without a request ends.", ge=1)
    session_lifetime: int = setting(8 * HOUR, "A session ends in any case.", ge=1)
    operator_session_idle: int = setting(
        15 * MINUTE, "The same of an operator’s, which is one of its own: without a request.", ge=1
    )
    operator_session_lifetime: int = setting(4 * HOUR, "And in any case.", ge=1)
    interaction_lifetime: int = setting(30 * MINUTE, "Time to get through the steps.", ge=1)
    known_browser_days: int = setting(365, "How long a browser is remembered as used before.", ge=1)
    authorization_code_lifetime: int = setting(60, "RFC 6749, section 4.1.2: short.", ge=1)
    id_token_lifetime: int = setting(5 * MINUTE, "The ID token's validity.", ge=1)
    access_token_lifetime: int = setting(5 * MINUTE, "The access token's validity.", ge=1)
    refresh_token_lifetime: int = setting(30 * DAY, "A refresh token's validity.", ge=1)
    refresh_token_grace: int = setting(
        10,
        "The token just rotated, presented again within this time, gets the same answer.",
        ge=0,
    )
    client_assertion_at_token_endpoint: bool = setting(
        False,
        "Also takes the token endpoint for the audience of a client's assertion, as clients of the "
        "old school write it: another server may then have been meant.",
    )
    request_object_typ_required: bool = setting(
        False,
        "Takes only request objects that say in their header what they are, `oauth-authz-req+jwt` "
        "(RFC 9101, section 10.8); otherwise those of OpenID Connect too, which need not.",
    )
    implicit: bool = setting(
        False,
        "Answers `id_token` and `id_token token` too, as a provider that anybody registers at has "
        "to (Discovery 1.0, section 3): tokens travel in addresses then (RFC 9700, section 2.1.2).",
    )
    unsigned_request_uri: bool = setting(
        False,
        "Also takes an unsigned request object from a registered `request_uri` of an application "
        "that has registered no algorithm: whoever can write there then asks in its name.",
    )
    client_secret_overlap: int = setting(
        7 * DAY, "How long the console proposes that an old secret holds beside the new one.", ge=0
    )
    acr_aliases: Aliases = setting(
        {"eidas1": "urn:dmp:acr:mfa"}, "Other names of levels, accepted in requests (JSON)."
    )
    signing_key_days: int = setting(90, "After so many days the next signing key is used.", ge=1)
    signing_key_overlap: int = setting(
        DAY, "How long the next signing key is published before it is used.", ge=10 * MINUTE
    )
    trail_days: int = setting(365, "How long the trail is kept.", ge=1)
    counts_days: int = setting(
        400,
        "How long the dashboard’s counts are kept, in which no person is: a year, and the month "
        "that it began in.",
        ge=1,
    )

    export_lifetime: int = setting(DAY, "How long a copy of one's data lies ready.", ge=MINUTE)
    exports_per_day: int = setting(
        5, "Copies of one's data made for an account in a day; each is told by every channel.", ge=1
    )
    closing_days: int = setting(
        30, "How long the wish to close an account can be undone, before it is done.", ge=0
    )

    # Files of holders to enrol
    import_rows: int = setting(
        1000,
        "Persons in a file, at most. Typesetting takes a megabyte of memory for each letter.",
        ge=1,
        le=5000,
    )
    import_kilobytes: int = setting(1024, "And how heavy it may be.", ge=16, le=10_240)
    import_days: int = setting(
        7, "How long a file that was checked, or paused, waits for who imported it.", ge=1
    )
    import_report_days: int = setting(
        90, "How long the report of a file stays: line numbers and login identifiers.", ge=1
    )
    letters_days: int = setting(
        7, "How long the letters of a file lie ready to be fetched; then they are wiped.", ge=1
    )

    # What is kept after its end, until the worker removes it
    ended_days: int = setting(
        1,
        "How long interactions and sessions are kept after they expired: their pages still say "
        "what became of them, and the day's one-time codes are counted.",
        ge=1,
    )
    message_days: int = setting(
        7,
        "How long a message that was sent or will never be is listed; its content is wiped.",
        ge=1,
    )
    purge_batch: int = setting(500, "Rows removed in one transaction.", ge=1, le=5000)

    # Messages
    mail_from: str = setting("ne-pas-repondre@dmp.example", "Sender of the mails.")
    mail_from_name: str = setting("Dossier Médical Partagé", "The sender's name.")
    smtp_host: str = setting("", "Mail server; without one, no code goes out by mail.")
    smtp_port: int = setting(587, "Its port.", ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = setting(
        "starttls", "`starttls`, `tls` (from the first byte) or, for a relay on this host, `none`."
    )
    smtp_username: str = setting("", "Empty: no authentication.")
    smtp_password: SecretStr = setting(SecretStr(""), "With the user name.")
    smtp_ca_file: str = setting("", "Certificates to trust; empty: the system's.")
    sms_url: SecretStr = setting(
        SecretStr(""),
        "Apprise URL of the SMS provider, `{to}` standing for the number in E.164 form.",
    )
    message_timeout: int = setting(10, "Patience with a mail or SMS server.", ge=1)
    message_lease: int = setting(60, "After this a dead worker's message is taken again.", ge=15)

    # Applications that register themselves
    registration: Literal["off", "token", "open"] = setting(
        "off",
        "Who may register an application at `/register`: nobody (`off`), who has an initial access "
        "token of an operator (`token`), anybody (`open`).",
    )
    registrations_per_address: int = setting(
        20, "Registrations an hour per network address, when anybody may.", ge=1
    )
    registrants_without_pkce: bool = setting(
        False, "Lets applications that registered themselves, and keep a secret, do without PKCE."
    )
    registrants_by_password: bool = setting(
        False, "Asks people for their password alone where an application registered itself."
    )

    # Applications that resolve INS-Cs
    ins_c_per_client: int = setting(
        600, "INS-Cs that an application may resolve an hour, found or not.", ge=1
    )
    ins_c_unknown_per_client: int = setting(
        30, "Of these, how many an hour may be nobody's, or with another birth date.", ge=1
    )

    # What applications name and the provider fetches
    fetch_timeout: float = setting(
        3, "Seconds that fetching something takes at the most, in all.", gt=0, le=30
    )
    fetch_private: str = setting(
        "",
        "Private networks (`127.0.0.0/8`) and host names, with commas between them, that are "
        "fetched from all the same, and over http too.",
    )
    fetch_ca_file: str = setting("", "Certificates to trust beside the system's when fetching.")

    # Operation
    workers: int = setting(0, "Processes that serve requests; 0: one for each core.", ge=0)
    threads: int = setting(
        0,
        "Threads of each: who waits for a password check or a commit keeps one. 0: 20 on SQLite,"
        " where they commit together; 8 on PostgreSQL, where each may keep a connection.",
        ge=0,
    )
    listen_host: str = setting("127.0.0.1", "Address the server listens on.")
    listen_port: int = setting(8000, "And its port.", ge=1, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "Of the JSON log.")

    @field_validator("issuer")
    @classmethod
    def _issuer_is_an_origin(cls, issuer: str, info: ValidationInfo) -> str:
        parts = urlsplit(issuer)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("is not an http(s) address")
        if issuer != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("has a path, a query, a fragment or a final slash")
        if parts.scheme == "http" and info.data.get("environment") != "demonstration":
            raise ValueError("must be https outside the demonstration")
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise ValueError("may be http on this machine only (localhost)")
        return issuer

    @field_validator("fetch_private")
    @classmethod
    def _networks_are_readable(cls, text: str) -> str:
        for word in filter(None, (word.strip() for word in text.split(","))):
            if "/" in word or ":" in word:
                ipaddress.ip_network(word)
        return text

    @field_validator("fetch_ca_file")
    @classmethod
    def _certificates_are_there(cls, file: str) -> str:
        if file and not Path(file).is_file():
            raise ValueError(f"names {file}, which is not there")
        return file

    @field_validator("passkey_attestation_roots")
    @classmethod
    def _attestation_needs_its_lists(cls, roots: Path | None, info: ValidationInfo) -> Path | None:
        if roots is not None and not roots.is_file():
            raise ValueError(f"names {roots}, which is not there")
        if info.data.get("passkey_attestation") == "direct":
            # A model that nobody vouches for is only a claim.
            if roots is None:
                raise ValueError("is missing: `direct` needs the makers' certificates")
            if not info.data.get("passkey_aaguids"):
                raise ValueError("IDP_PASSKEY_AAGUIDS lists no model for `direct`")
        return roots

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring(
            self.sealing_keys.get_secret_value(),
            self.mac_keys.get_secret_value(),
            self.index_keys.get_secret_value(),
        )

    @property
    def tls(self) -> bool:
        """Whether browsers reach the provider over https: cookies and HSTS follow."""
        return self.issuer.startswith("https://")

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.var / 'idp.db').absolute()}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load(**overrides: Any) -> Settings:
    """The settings of this process. Raises SettingsError with every problem at once."""
    file = os.environ.get("IDP_SETTINGS_FILE")
    if file and not Path(file).is_file():
        raise SettingsError([f"IDP_SETTINGS_FILE names {file}, which is not there"])
    problems = _misspelt()
    try:
        settings = Settings(_env_file=file, **overrides)
    except ValidationError as error:
        raise SettingsError([_in_words(detail) for detail in error.errors()] + problems) from error
    if problems:
        raise SettingsError(problems)
    return settings


def _in_words(detail: Any) -> str:
    name = "_".join(str(part) for part in detail["loc"]).upper()
    if detail["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    return f"IDP_{name}: {str(detail['msg']).removeprefix('Value error, ')}"


def _misspelt() -> list[str]:
    known = {f"IDP_{name.upper()}" for name in Settings.model_fields} | {"IDP_SETTINGS_FILE"}
    return [
        f"{name}: there is no such setting"
        for name in sorted(os.environ)
        if name.startswith("IDP_") and name not in known
    ]

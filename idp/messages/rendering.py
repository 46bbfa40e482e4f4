"""From kind, channel and language to words: `templates/<kind>/<channel>.<locale>.txt` and `.html`.

The first line of a mail's text template is its subject, which holds no secret: a locked
telephone shows it to whoever is near.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from idp.config import Settings
from idp.identity import login_identifier
from idp.messages import local_time
from idp.messages.kinds import (
    ACCOUNT_NOTICE,
    CHANNEL_ANNOUNCED,
    CHANNEL_CODE,
    EMERGENCY_CODE,
    IDENTITY_CORRECTED,
    LOGIN_IDENTIFIER,
    ONE_TIME_CODE,
    PASSWORD_ACTIVATED,
    RECOVERY,
    RECOVERY_BY_LETTER,
    SECURITY_NOTICE,
)

LOCALES = ("fr", "en")

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# One character outside the GSM alphabet (3GPP TS 23.038, section 6.2.1) more than halves what an
# SMS holds: French typography gives way there, and there alone.
_GSM = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "’": "'",
        "«": '"',
        "»": '"',
        "…": "...",
        "–": "-",
        "•": "-",
    }
)


class UnknownMessage(LookupError):
    """There is no message of this kind."""


@dataclass(frozen=True)
class Rendered:
    """`subject` is empty and `html` None for an SMS."""

    subject: str
    text: str
    html: str | None


def render(
    kind: str, channel: str, locale: str, context: Mapping[str, Any], settings: Settings
) -> Rendered:
    """The words of a message; in French where the language is not one of ours."""
    if kind not in _VARIABLES:
        raise UnknownMessage(kind)
    locale = locale if locale in LOCALES else LOCALES[0]
    values = _house(settings, locale) | _VARIABLES[kind](context, locale)
    text = _template(kind, channel, locale, "txt", values)
    if channel == "sms":
        return Rendered("", text.strip().translate(_GSM), None)
    subject, _, body = text.partition("\n")
    html = _template(kind, channel, locale, "html", values | {"subject": subject})
    return Rendered(subject.strip(), body.strip() + "\n", html)


def _template(kind: str, channel: str, locale: str, ending: str, values: dict[str, Any]) -> str:
    return _templates.get_template(f"{kind}/{channel}.{locale}.{ending}").render(values)


def _house(settings: Settings, locale: str) -> dict[str, Any]:
    """What every message may say about us."""
    return {
        "locale": locale,
        "brand": settings.brand_name,
        "ministry": settings.brand_ministry,
        "host": urlsplit(settings.issuer).hostname,
        "issuer": settings.issuer,
        "hotline_name": settings.hotline_name,
        "hotline_number": settings.hotline_number.replace(" ", local_time.NO_BREAK),
        "hotline_hours": settings.hotline_hours if locale == "fr" else settings.hotline_hours_en,
    }


def _one_time_code(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {
        "code": context["code"],
        "purpose": context["purpose"],
        "client_name": context.get("client_name"),
        "valid_until": local_time.hour(context["expires_at"], locale),
    }


def _moment(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    day = local_time.day(context["at"], locale)
    return {
        "day": day,
        "date": day.rpartition(" ")[0],  # of this year, for an SMS
        "hour": local_time.hour(context["at"], locale),
        "token": context.get("token"),
    }


def _security_notice(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    browser, _, system = context["browser"].partition("/")
    told = {"what": context["what"], "browser": browser, "system": system}
    return told | _moment(context, locale)


def _channel_code(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    valid_until = local_time.hour(context["expires_at"], locale)
    return {"code": context["code"], "valid_until": valid_until}


def _channel_announced(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {name: context[name] for name in ("new", "masked", "url")} | _moment(context, locale)


def _account_notice(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {"event": context["event"]} | _moment(context, locale)


def _secret(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """A link's token or a code, and how long it is good."""
    valid_until = local_time.hour(context["expires_at"], locale)
    return {name: context.get(name) for name in ("token", "code")} | {"valid_until": valid_until}


def _login_identifier(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {"login_identifier": login_identifier.display(context["login_identifier"])}


def _nothing(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {}


_VARIABLES: dict[str, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
    ONE_TIME_CODE: _one_time_code,
    PASSWORD_ACTIVATED: _moment,
    SECURITY_NOTICE: _security_notice,
    CHANNEL_CODE: _channel_code,
    ACCOUNT_NOTICE: _account_notice,
    CHANNEL_ANNOUNCED: _channel_announced,
    RECOVERY: _secret,
    RECOVERY_BY_LETTER: _nothing,
    LOGIN_IDENTIFIER: _login_identifier,
    EMERGENCY_CODE: _secret,
    IDENTITY_CORRECTED: _moment,
}

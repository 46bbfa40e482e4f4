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
from idp.messages import local_time
from idp.messages.kinds import FACTOR_CHANGED, IDENTITY_CORRECTED, ONE_TIME_CODE, PASSWORD_ACTIVATED

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
    return {
        "day": local_time.day(context["at"], locale),
        "hour": local_time.hour(context["at"], locale),
    }


def _factor_changed(context: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {"change": context["change"]} | _moment(context, locale)


_VARIABLES: dict[str, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
    ONE_TIME_CODE: _one_time_code,
    PASSWORD_ACTIVATED: _moment,
    FACTOR_CHANGED: _factor_changed,
    IDENTITY_CORRECTED: _moment,
}

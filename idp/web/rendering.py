"""What every template is given: brand, hotline, links, language, addresses of static files."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request
from flask_babel import Babel, get_locale
from werkzeug.datastructures import LanguageAccept

from idp import clock
from idp.config import Settings
from idp.directory import logos as directory
from idp.models import RegisteredBy
from idp.oidc.registered_client import RegisteredClient
from idp.web import cookies, logos, security, static_files, visitor
from idp.web.current import database, settings

LANGUAGES = ("fr", "en")
ONE_YEAR = 31_536_000


def init_app(app: Flask) -> None:
    app.config.update(
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=language)
    app.before_request(_keep_chosen_language)
    app.context_processor(_context)


def language() -> str:
    chosen = request.args.get("lang") or request.cookies.get(cookies.names(settings()).language)
    return negotiated(chosen, g.get("ui_locales", []), request.accept_languages)


def negotiated(chosen: str | None, ui_locales: list[str], accepted: LanguageAccept) -> str:
    """The language chosen by hand, asked for by the application, or preferred by the browser."""
    if chosen in LANGUAGES:
        return chosen
    for tag in ui_locales:
        if (primary := tag.partition("-")[0].lower()) in LANGUAGES:
            return primary
    return accepted.best_match(LANGUAGES) or "fr"


def _keep_chosen_language() -> None:
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        visitor.set_cookie(cookies.names(settings()).language, chosen, max_age=ONE_YEAR)


def moment(seconds: int | None) -> datetime | None:
    """A timestamp as the templates' filters take it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def client_view(client: RegisteredClient | None) -> dict[str, Any]:
    """An application as people see it; empty where there is none."""
    if client is None:
        return {}
    return {
        "name": client.client_name,
        # Without a host of its own it is a sector by its client_id, which tells a person nothing.
        "host": None if client.sector_identifier == client.client_id else client.sector_identifier,
        "unverified": client.registered_by == RegisteredBy.REGISTRANT,
        "publisher": client.publisher,
        "logo_url": _logo(client),
        "initial": client.client_name[:1].upper(),
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
    }


def _logo(client: RegisteredClient) -> str | None:
    """Our copy's address: no browser asks the application for it."""
    with database().reading() as session:
        name = directory.name_of(session, client.pk, client.logo_uri)
    return logos.address(name) if name else None


def _context() -> dict[str, Any]:
    chosen, current = settings(), str(get_locale())
    return {
        "brand": {
            "name": chosen.brand_name,
            "ministry": chosen.brand_ministry,
            "service_name": chosen.site_name,
            "state_service": chosen.brand_is_state_service,
        },
        "hotline": {
            "name": chosen.hotline_name,
            "number": chosen.hotline_number,
            "hours": chosen.hotline_hours if current == "fr" else chosen.hotline_hours_en,
        },
        "links": _links(chosen),
        "locale": current,
        "other_locale_url": _in_other_language(current),
        "asset": static_files.address,
        "csp_nonce": security.csp_nonce,
        "client": None,
        "errors": [],
        "now": moment(clock.now()),
    }


def _links(chosen: Settings) -> dict[str, str]:
    return {
        "accessibility": chosen.accessibility_url or "/legal/accessibility",
        "data_protection": chosen.data_protection_url or "/legal/data-protection",
        "legal": chosen.legal_url or "/legal/notice",
    }


def _in_other_language(current: str) -> str:
    other = "en" if current == "fr" else "fr"
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode([*kept, ('lang', other)])}"

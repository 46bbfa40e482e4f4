"""The headers that every answer carries, and the policy of the pages."""

import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, Response, g

from idp.config import Settings

ONE_YEAR = 31_536_000


def common(settings: Settings) -> list[tuple[str, str]]:
    """For pages and protocol endpoints alike."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ]
    if settings.tls:
        headers.append(("Strict-Transport-Security", f"max-age={ONE_YEAR}; includeSubDomains"))
    return headers


def csp_nonce() -> str:
    """The nonce of this page's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def allow_form_target(uri: str) -> None:
    """Browsers apply form-action to the redirects that follow a POST: where the journey will
    end has to be allowed on each of its pages."""
    g.setdefault("form_targets", []).append(uri)


def allow_frame(uri: str) -> None:
    """This page may embed that origin, and no other one."""
    g.setdefault("frames", []).append(_source(uri))


def init_app(app: Flask) -> None:
    app.after_request(_protect_page)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def _protect_page(response: Response) -> Response:
    for cookie in g.get("set_cookies", []):
        response.headers.add("Set-Cookie", cookie)
    if response.mimetype == "text/html":
        targets, frames = g.get("form_targets", []), g.get("frames", [])
        written = policy(csp_nonce(), targets, frames)
        response.headers.setdefault("Content-Security-Policy", written)
    # Static files say how long they keep; nothing else is kept.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def policy(
    nonce: str, form_targets: list[str], frames: Collection[str] = (), *, own: bool = True
) -> str:
    """The Content-Security-Policy of a page whose forms lead to these addresses, and, where they
    are our `own`, to us; `frames` are the origins that it embeds."""
    targets = " ".join(["'self'"] * own + [_source(uri) for uri in form_targets])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            *([f"frame-src {' '.join(dict.fromkeys(frames))}"] if frames else []),
            f"form-action {targets}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _source(uri: str) -> str:
    """Of a web address its origin, of another one its scheme."""
    parts = urlsplit(uri)
    web = parts.scheme in {"http", "https"}
    return f"{parts.scheme}://{parts.netloc}" if web else f"{parts.scheme}:"

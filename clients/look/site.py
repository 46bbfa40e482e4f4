"""Gives a Flask application the shared look: templates, headers, error pages."""

from __future__ import annotations

from flask import Flask, Response, render_template
from werkzeug.exceptions import HTTPException

from clients.look import assets, words
from clients.look.brand import Brand

ERRORS = {
    400: ("Demande incompréhensible", "Le site n’a pas compris cette demande."),
    404: ("Page introuvable", "Cette page n’existe pas, ou n’existe plus."),
    405: ("Page introuvable", "Cette adresse ne s’ouvre pas de cette façon."),
    413: ("Demande trop longue", "Le site n’accepte pas autant de données en une fois."),
}
BROKEN = ("Une erreur est survenue", "Ce n’est pas de votre fait. Réessayez dans un instant.")


def dress(app: Flask, brand: Brand, *, form_action: str = "", scripts: bool = False) -> None:
    """`form_action`: the other origin to which a form of this site may lead (CSP, after redirects).

    `scripts`: whether the site has a script of its own; without, none runs at all.
    """
    app.extensions["brand"] = brand
    app.register_blueprint(assets.blueprint)
    app.jinja_env.globals.update(
        brand=brand, style_sheets=assets.STYLE_SHEETS, look_version=assets.version
    )
    app.jinja_env.filters.update(
        clock_time=words.clock_time,
        calendar_date=words.calendar_date,
        grouped=words.grouped,
        telephone=words.telephone,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_error_handler(HTTPException, _error_page)
    policy = content_security_policy(form_action, scripts)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        # What comes with a policy of its own has said who may frame it.
        if "Content-Security-Policy" not in response.headers:
            response.headers.setdefault("X-Frame-Options", "DENY")
            # Chromium shows a PDF through a page of its own, which this policy would blank.
            if response.mimetype != "application/pdf":
                response.headers["Content-Security-Policy"] = policy
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def content_security_policy(form_action: str, scripts: bool) -> str:
    own = "; script-src 'self'; connect-src 'self'" if scripts else ""
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"form-action 'self' {form_action}; base-uri 'none'; frame-ancestors 'none'{own}"
    )


def _error_page(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    title, text = ERRORS.get(code, BROKEN)
    return render_template("look/error.html", title=title, text=text), code

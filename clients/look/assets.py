"""The static files behind /look/: design system, its dark scheme, font, our own style sheet.

The design system's font and mark belong to the State's own sites; its directories that hold them
are not served.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, abort, current_app

from clients.look.brand import icon

blueprint = Blueprint("look", __name__, url_prefix="/look", template_folder="templates")

DSFR = files("dsfr") / "static" / "dsfr" / "dist"
FONTS = files("fontpkg_atkinson_hyperlegible") / "files"
OWN = files("clients.look") / "static"

# What a page links, in this order: the dark scheme redefines what the core defines.
STYLE_SHEETS = (
    "dsfr/core/core.main.min.css",
    "dsfr/component/button/button.main.min.css",
    "dsfr/component/link/link.main.min.css",
    "dsfr/component/alert/alert.main.min.css",
    "dsfr/component/badge/badge.main.min.css",
    "dsfr/component/form/form.main.min.css",
    "dsfr/component/input/input.main.min.css",
    "dsfr/component/radio/radio.main.min.css",
    "dsfr/component/skiplink/skiplink.main.min.css",
    "dark.css",
    "look.css",
)
FACES = {"Regular", "Italic", "Bold", "BoldItalic"}


@blueprint.get("/<path:name>.css")
def style_sheet(name: str) -> Response:
    if f"{name}.css" not in STYLE_SHEETS:
        abort(404)
    return _lasting(_style(f"{name}.css"), "text/css")


@blueprint.get("/dsfr/icons/<family>/<name>.svg")
def icon_file(family: str, name: str) -> Response:
    """The icons that the style sheets draw with."""
    file = DSFR / "icons" / family / f"{name}.svg"
    if ".." in (family, name) or not file.is_file():
        abort(404)
    return _lasting(file.read_bytes(), "image/svg+xml")


@blueprint.get("/fonts/<face>.ttf")
def font(face: str) -> Response:
    if face not in FACES:
        abort(404)
    return _lasting((FONTS / f"AtkinsonHyperlegible-{face}.ttf").read_bytes(), "font/ttf")


@blueprint.get("/icon.svg")
def site_icon() -> Response:
    return _lasting(icon(current_app.extensions["brand"]).encode(), "image/svg+xml")


@cache
def version() -> str:
    """Changes whenever a style sheet changes, so that the files may be cached for long."""
    digest = hashlib.sha256(b"".join(_style(name) for name in STYLE_SHEETS))
    return digest.hexdigest()[:8]


@cache
def _style(name: str) -> bytes:
    if name == "dark.css":
        # The design system waits for a script to set data-fr-theme; the system's own wish needs
        # no script.
        scheme = (DSFR / "scheme" / "scheme.min.css").read_text("utf-8")
        scheme = scheme.replace(":root[data-fr-theme=dark]", ":root")
        return f"@media (prefers-color-scheme: dark) {{\n{scheme}\n}}".encode()
    if name.startswith("dsfr/"):
        return DSFR.joinpath(*name.split("/")[1:]).read_bytes()
    return (OWN / name).read_bytes()


def _lasting(content: bytes, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.cache_control.public = True
    response.cache_control.max_age = 86400
    return response

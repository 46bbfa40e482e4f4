"""Styles, scripts and fonts: ours, and those of the packages that carry them."""

import hashlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

static_files = Blueprint("static_files", __name__)

ONE_YEAR = 31_536_000
ROOTS = {
    "dsfr": Path(str(files("dsfr") / "static" / "dsfr")),
    "fonts": Path(str(files("fontpkg_atkinson_hyperlegible") / "files")),
    "": Path(__file__).parent.parent / "static",
}


def _place(name: str) -> tuple[Path, str]:
    folder, _, rest = name.partition("/")
    return (ROOTS[folder], rest) if folder in ROOTS and rest else (ROOTS[""], name)


@lru_cache(maxsize=256)
def address(name: str) -> str:
    """The address of a file, which changes when the file does: browsers keep it for a year."""
    root, rest = _place(name)
    version = hashlib.sha256((root / rest).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={version}"


@static_files.get("/static/<path:name>")
def file(name: str) -> Response:
    if not name.isprintable():
        abort(404)
    root, rest = _place(name)
    response = send_from_directory(root, rest, max_age=ONE_YEAR)
    response.cache_control.public = True
    return response

"""Our copies of the applications' logos, under names that change with what they show."""

import re

from flask import Blueprint, Response, abort

from idp.directory import logos as directory
from idp.web.current import database
from idp.web.static_files import ONE_YEAR

logos = Blueprint("logos", __name__)

NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)


def address(name: str) -> str:
    return f"/logos/{name}"


@logos.get("/logos/<name>")
def logo(name: str) -> Response:
    found = None
    if NAME.fullmatch(name):
        with database().reading() as session:
            found = directory.find(session, name)
    if found is None:
        abort(404)
    response = Response(found.content, mimetype=found.media_type)
    # Somebody else made it: opened by itself, it may do nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.cache_control.public = response.cache_control.immutable = True
    response.cache_control.max_age = ONE_YEAR
    return response

"""Refusals for programs: `application/problem+json` (RFC 9457), each saying what to do."""

from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from idp.directory import own_resources
from idp.web.edge import REFERENCE

MEDIA_TYPE = "application/problem+json"
DETAILS = {
    400: "The request cannot be read. Compare it with the description of the API.",
    404: "There is nothing at this address. Compare it with the description of the API.",
    405: "This method is for another address. The header Allow says which are for this one.",
    413: "The request is too long.",
    415: "Send the body as application/json.",
    500: "The fault is ours, and nothing was done. Tell us the reference.",
    503: "The service is busy, and nothing was done. Try again in a minute.",
}


def are_wanted() -> bool:
    """Whether the caller is a program, by the address it asks."""
    paths = (resource.path for resource in own_resources.ALL)
    return any(request.path == path or request.path.startswith(f"{path}/") for path in paths)


def answer(status: int, detail: str = "", **members: Any) -> Response:
    """A problem; its type is the status (RFC 9457, section 4.2.1), `detail` what to do."""
    document = {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES[status],
        "status": status,
        "detail": detail or DETAILS.get(status, HTTP_STATUS_CODES[status]),
        "reference": request.environ.get(REFERENCE),
        **members,
    }
    return Response(orjson.dumps(document), status, content_type=MEDIA_TYPE)


def of(error: HTTPException) -> Response:
    """What Flask itself refuses; with its headers, of which Allow has to be there (RFC 9110,
    section 15.5.6)."""
    response = answer(error.code or 500)
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After"}
    )
    return response

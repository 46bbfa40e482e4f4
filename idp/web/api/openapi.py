"""The API's description, made of the operations themselves: OpenAPI 3.1, and whose tokens are taken
(RFC 9728)."""

import re
from typing import Any

import orjson
from flask import Response, abort
from werkzeug.http import HTTP_STATUS_CODES

from idp.directory import own_resources
from idp.directory.own_resources import ADMINISTRATION
from idp.web import problems
from idp.web.api.caller import JSON
from idp.web.api.operations import OPERATIONS, PREFIX, VERSION, Operation, api
from idp.web.api.schemas import SCHEMAS
from idp.web.current import provider

OPENAPI = "3.1.0"
# Every operation may be refused so.
USUAL = (400, 401, 403, 503)
HEADERS = {
    "ETag": "The version of the registration, for If-Match.",
    "Location": "Where the application is from now on.",
}
ABOUT = """What the operators' console does, for programs.

A program calls as an application of this provider: with an access token of the client credentials
grant, for this resource and with the scopes that an operation names. The application acts as an
operator, which an owner has made of it with roles and an organisation (`idp operators
create-machine`); the roles are asked as in the console. Every act stands in the trail.

Refusals are RFC 9457 problems; `detail` says what to do."""


@api.get(f"{ADMINISTRATION.path}/openapi.json")
def openapi() -> Response:
    return _public(document())


@api.get("/.well-known/oauth-protected-resource/<path:resource>")
def metadata(resource: str) -> Response:
    """RFC 9728, section 3.1: at the resource's own path, below the well-known one."""
    found = [own for own in own_resources.ALL if own.path == f"/{resource}"]
    return _public(_metadata(found[0])) if found else abort(404)


def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    scopes = {scope: resource.name for scope, resource in own_resources.SCOPES.items()}
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Administration",
            "version": VERSION.removeprefix("/v"),
            "description": ABOUT,
        },
        "servers": [{"url": provider().url(PREFIX)}],
        "security": [{"oauth2": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "oauth2": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": provider().url("/token"),
                            "scopes": scopes,
                        }
                    },
                }
            },
        },
    }


def _metadata(own: own_resources.OwnResource) -> dict[str, Any]:
    """RFC 9728, section 2."""
    issuer = provider().settings.issuer
    return {
        "resource": own.identifier(issuer),
        "authorization_servers": [issuer],
        "scopes_supported": list(own.scopes),
        "bearer_methods_supported": ["header"],
        "resource_name": own.name,
    }


def _described(operation: Operation) -> dict[str, Any]:
    said = operation.said
    statuses = {*USUAL, *said.refusals} | ({404} if said.finds else set())
    statuses |= {413, 415} if said.body else set()
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": said.summary,
        "description": f"Verb `{said.verb}` of the table of roles.",
        "security": [{"oauth2": [said.scope]}],
        "parameters": _parameters(operation),
        "responses": {
            str(said.status): {
                "description": HTTP_STATUS_CODES[said.status],
                "headers": {
                    name: {"description": HEADERS[name], "schema": {"type": "string"}}
                    for name in said.headers
                },
                "content": {JSON: {"schema": _schema(said.answer)}},
            }
        }
        | {
            str(status): {
                "description": HTTP_STATUS_CODES[status],
                "content": {problems.MEDIA_TYPE: {"schema": _schema("Problem")}},
            }
            for status in sorted(statuses)
        },
    }
    if said.body:
        described["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": _schema(said.body)}},
        }
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", operation.path)
    ]
    in_query = [
        {"name": one.name, "in": "query", "description": one.meaning, "schema": one.schema}
        for one in operation.said.query
    ]
    in_header = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in operation.said.required_headers
    ]
    return in_path + in_query + in_header


def _schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _public(found: dict[str, Any]) -> Response:
    """Nobody's secret: without a token."""
    return Response(orjson.dumps(found), content_type=JSON)

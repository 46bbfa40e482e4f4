"""The applications that the suite plays, registered by the operator's verb."""

from typing import Any

from conformance import places
from idp.db import Database
from idp.directory import clients

SCOPE = "openid profile email phone address offline_access"
# What the suite calls its clients in a plan's configuration, and how each authenticates.
METHODS = {
    "client": "client_secret_basic",
    "client2": "client_secret_basic",
    "client_secret_post": "client_secret_post",
}


def document(name: str, method: str) -> dict[str, Any]:
    """The suite's browser types no one-time code, and its plain requests have no PKCE: both are an
    operator's to lift."""
    return {
        "client_id": f"suite-{name.replace('_', '-')}",
        "client_name": f"Conformance suite ({name})",
        "redirect_uris": [f"{places.AT_THE_SUITE}/callback"],
        "post_logout_redirect_uris": [f"{places.AT_THE_SUITE}/post_logout_redirect"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": SCOPE,
        "token_endpoint_auth_method": method,
        "minimum_acr": "urn:dmp:acr:password",
        "require_pkce": False,
    }


def register(database: Database) -> dict[str, dict[str, str]]:
    """Each client's part of a plan's configuration."""
    told = {}
    with database.writing() as session:
        for name, method in METHODS.items():
            made = clients.register(session, document(name, method), actor="operator")
            told[name] = {
                "client_id": made.client.client_id,
                "client_secret": made.client_secret or "",
                "scope": SCOPE,
            }
    return told

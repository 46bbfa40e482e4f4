"""What an application's developer copies: its configuration for the libraries in use."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from idp.directory.authority import Verb
from idp.directory.client_vocabulary import BY_KEY, PUBLIC
from idp.models import Client
from idp.web.admin.applications import application
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import settings

admin_application_configuration = Blueprint(
    "admin_application_configuration", __name__, url_prefix="/admin/applications/<client_id>"
)

# File under templates/admin/configurations → the library's name.
LIBRARIES = {
    "spring": "Spring Security",
    "openid-client": "openid-client (Node)",
    "authlib": "Authlib (Python)",
    "mod_auth_openidc": "mod_auth_openidc (Apache)",
}
MACHINE = {"client_credentials": "curl"}


@admin_application_configuration.get("/configuration")
@operated(Verb.CLIENT_READ, application)
def show(visit: Visit, client: Client) -> ResponseReturnValue:
    return page(
        "application_configuration",
        visit,
        client=client,
        configurations=[
            (name, label, configuration(client, name)) for name, label in _libraries(client)
        ],
    )


def configuration(client: Client, name: str) -> str:
    """The file, filled in; the secret is for whoever has it to fill in."""
    return render_template(
        f"admin/configurations/{name}.txt",
        issuer=settings().issuer,
        client_id=client.client_id,
        redirect_uri=(client.redirect_uris or [""])[0],
        scope=client.scope,
        method=client.token_endpoint_auth_method,
        public=client.token_endpoint_auth_method == PUBLIC,
        by_key=client.token_endpoint_auth_method == BY_KEY,
        algorithm=client.id_token_signed_response_alg,
        pkce=client.require_pkce,
    ).strip()


def _libraries(client: Client) -> list[tuple[str, str]]:
    return list((LIBRARIES if client.response_types else MACHINE).items())

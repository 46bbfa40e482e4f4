"""Sign-ins that a third party begins, here the holder's own page (OpenID Connect Core 1.0,
section 4): the application is asked to ask us."""

from urllib.parse import urlencode

from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient


def address(provider: Provider, client: RegisteredClient | None) -> str | None:
    """Where the application's sign-in begins; None: it begins at the application alone.

    `login_hint` would tell who comes before they have agreed to it; `target_link_uri` would name a
    page of the application, of which we know none.
    """
    if client is None or not client.enabled or not client.initiate_login_uri:
        return None
    query = urlencode({"iss": provider.settings.issuer})
    uri = client.initiate_login_uri
    # "The parameters can either be passed as query parameters using the HTTP GET method [...]".
    return f"{uri}{'&' if '?' in uri else '?'}{query}"

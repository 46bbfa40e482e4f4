"""OpenID Connect Front-Channel Logout 1.0: the browser tells an application by a frame of the page
that says goodbye."""

from idp.oidc import responses, session_ids
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient

METADATA = {
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
}


def frames(provider: Provider, client: RegisteredClient, session_id: int) -> list[str]:
    """What frames load to tell an application; none where it does not want to be told like this.
    `iss` and `sid` are always there, for whoever wants them (section 2)."""
    uri, issuer = client.frontchannel_logout_uri, provider.settings.issuer
    if uri is None or not client.enabled:
        return []
    names = session_ids.every_name(provider.keyring, session_id, client.sector_identifier)
    return [responses.with_parameters(uri, {"iss": issuer, "sid": sid}) for sid in names]

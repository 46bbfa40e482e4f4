"""OpenID Connect Front-Channel Logout 1.0: the browser tells an application by a frame of the page
that says goodbye."""

from idp.oidc import responses, session_ids
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient

METADATA = {
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
}


def frame(provider: Provider, client: RegisteredClient, session_id: int) -> str | None:
    """What the frame loads; None: the application does not want to be told like this. `iss` and
    `sid` are always there, for whoever wants them (section 2)."""
    if client.frontchannel_logout_uri is None or not client.enabled:
        return None
    sid = session_ids.session_id_for(provider.keyring, session_id, client.sector_identifier)
    session = {"iss": provider.settings.issuer, "sid": sid}
    return responses.with_parameters(client.frontchannel_logout_uri, session)

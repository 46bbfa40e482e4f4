"""The implicit flow (OpenID Connect Core 1.0, section 3.2): an ID token, with an access token for
userinfo or without, by way of the browser. Off unless a setting asks for it.

The code that every authorization makes is used here, at once, instead of being told: what holds
for its tokens holds for these.
"""

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.config import Settings
from idp.crypto import digest
from idp.directory.client_vocabulary import IMPLICIT
from idp.oidc import encryption
from idp.oidc import family as families
from idp.oidc.encryption import Recipient
from idp.oidc.errors import AuthorizationError
from idp.oidc.mint import for_browser
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.responses import FRAGMENT

ID_TOKEN, WITH_ACCESS_TOKEN = "id_token", "id_token token"
RESPONSE_TYPES = (ID_TOKEN, WITH_ACCESS_TOKEN)


def canonical(response_type: str) -> str:
    """Its words in our order, for theirs means nothing."""
    return " ".join(sorted(set(response_type.split(" "))))


def response_types(settings: Settings) -> tuple[str, ...]:
    return RESPONSE_TYPES if settings.implicit else ()


def metadata(settings: Settings) -> dict[str, list[str]]:
    """What discovery has more of each member. The second order is the one in which Discovery 1.0,
    section 3, calls it mandatory."""
    on = settings.implicit
    return {
        "response_types_supported": [*RESPONSE_TYPES, "token id_token"] if on else [],
        "response_modes_supported": [FRAGMENT] if on else [],
        "grant_types_supported": [IMPLICIT] if on else [],
    }


def tokens(
    provider: Provider, client: RegisteredClient, response_type: str, code: str
) -> dict[str, str]:
    """The parameters of the answer (Core, section 3.2.2.5), in place of the code just made. Raises
    AuthorizationError."""
    recipient = _recipient(provider, client)
    with provider.database.transaction() as tx:
        family = families.use_code(tx, digest(code), None)
        agreed = families.as_agreed(family, client) if family else None
        if agreed is None:
            raise AuthorizationError("access_denied", "the consent has just been withdrawn")
        families.record(tx, client, "token.issued", agreed, grant_type=IMPLICIT)
        made = for_browser(
            provider, tx, client, agreed, recipient, with_access_token=response_type != ID_TOKEN
        )
    return {name: str(value) for name, value in made.items()}


def _recipient(provider: Provider, client: RegisteredClient) -> Recipient | None:
    try:
        return encryption.for_id_token(provider, client)
    except InvalidRequestError as error:
        raise AuthorizationError("server_error", "no key of the client is to be had") from error

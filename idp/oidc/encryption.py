"""Answers that the application alone can read (OpenID Connect Core 1.0, section 10.2): JSON Web
Encryption (RFC 7516) for a key of its own, by the algorithms that it registered (RFC 7518)."""

from dataclasses import dataclass

import structlog
from authlib.oauth2.rfc6749 import InvalidRequestError
from joserfc import jwe
from joserfc.jwk import Key

from idp.directory.client_vocabulary import USUAL_ENCRYPTION
from idp.oidc import client_jwks
from idp.oidc.client_jwks import NoKey
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient

log = structlog.get_logger("idp.oidc")


@dataclass(frozen=True)
class Recipient:
    """A key of the application, with how its answers are encrypted: `alg` for the key (RFC 7518,
    sections 4.3 and 4.6), `enc` for the text (sections 5.2 and 5.3)."""

    key: Key
    alg: str
    enc: str

    def encrypt(self, text: str, *, is_jwt: bool = True) -> str:
        """The compact serialisation (RFC 7516, section 7.1), never compressed."""
        header = {"alg": self.alg, "enc": self.enc}
        if self.key.kid is not None:
            header["kid"] = self.key.kid
        if is_jwt:
            # "In the case that nested signing or encryption is employed, this Header Parameter
            # MUST be present; in this case, the value MUST be "JWT"" (RFC 7519, section 5.2).
            header["cty"] = "JWT"
        return jwe.encrypt_compact(header, text, self.key, algorithms=[self.alg, self.enc])


def for_id_token(provider: Provider, client: RegisteredClient) -> Recipient | None:
    """None: the client takes its ID tokens as they are. Raises InvalidRequestError where it does
    not, and no key of its own is to be had."""
    alg = client.id_token_encrypted_response_alg
    if alg is None:
        return None
    return _recipient(provider, client, alg, client.id_token_encrypted_response_enc)


def for_userinfo(provider: Provider, client: RegisteredClient) -> Recipient | None:
    """The same for userinfo."""
    alg = client.userinfo_encrypted_response_alg
    if alg is None:
        return None
    return _recipient(provider, client, alg, client.userinfo_encrypted_response_enc)


def _recipient(
    provider: Provider, client: RegisteredClient, alg: str, enc: str | None
) -> Recipient:
    """Who is to be answered in secret is never answered in the clear."""
    try:
        key = client_jwks.encryption_key(provider, client, alg)
    except NoKey as reason:
        log.error("encryption.no_key", client_id=client.client_id, alg=alg, why=str(reason))
        told = f"the answer is to be encrypted, and the application has no key for {alg}"
        raise InvalidRequestError(told) from reason
    return Recipient(key, alg, enc or USUAL_ENCRYPTION)

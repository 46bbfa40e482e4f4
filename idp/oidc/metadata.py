"""What the provider says of itself: OpenID Connect Discovery 1.0 and RFC 8414, one document."""

from typing import Any

from idp.config import LEVELS
from idp.directory.client_algorithms import SYMMETRIC
from idp.directory.client_vocabulary import CONTENT_ENCRYPTION, KEY_ENCRYPTION
from idp.oidc import (
    backchannel_logout,
    checks,
    claims,
    frontchannel_logout,
    implicit,
    jws,
    registration,
    request_object,
    responses,
)
from idp.oidc.client_authentication import CONFIDENTIAL_METHODS, METHODS
from idp.oidc.http import Request, Response
from idp.oidc.provider import Provider
from idp.oidc.token import GRANTS

CACHE_SECONDS = 300
ASSERTION_ALGORITHMS = [*jws.SUPPORTED, SYMMETRIC]


def document(provider: Provider) -> dict[str, Any]:
    """Both specifications' members; each is true of the code, or is not there."""
    aliases = sorted(provider.settings.acr_aliases)
    more = implicit.metadata(provider.settings)
    return {
        "issuer": provider.settings.issuer,
        "authorization_endpoint": provider.url("/authorize"),
        "token_endpoint": provider.url("/token"),
        "userinfo_endpoint": provider.url("/userinfo"),
        "jwks_uri": provider.url("/jwks.json"),
        "introspection_endpoint": provider.url("/introspect"),
        "revocation_endpoint": provider.url("/revoke"),
        "end_session_endpoint": provider.url("/logout"),
        **registration.metadata(provider),
        "scopes_supported": [*claims.SCOPES, *provider.registry.resource_scopes()],
        "response_types_supported": ["code", *more["response_types_supported"]],
        "response_modes_supported": [*responses.MODES, *more["response_modes_supported"]],
        "grant_types_supported": [
            *(grant.GRANT_TYPE for grant in GRANTS),
            *more["grant_types_supported"],
        ],
        "acr_values_supported": [*LEVELS, *aliases],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": provider.registry.algorithms(),
        "id_token_encryption_alg_values_supported": list(KEY_ENCRYPTION),
        "id_token_encryption_enc_values_supported": list(CONTENT_ENCRYPTION),
        "userinfo_signing_alg_values_supported": provider.registry.algorithms(),
        "userinfo_encryption_alg_values_supported": list(KEY_ENCRYPTION),
        "userinfo_encryption_enc_values_supported": list(CONTENT_ENCRYPTION),
        "introspection_signing_alg_values_supported": provider.registry.algorithms(),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": list(CONFIDENTIAL_METHODS),
        "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "claim_types_supported": ["normal"],
        "claims_supported": ["sub", "iss", "auth_time", "acr", "amr", "sid", *claims.CLAIMS],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": request_object.signing_algorithms(provider),
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": sorted(checks.PROMPTS),
        "display_values_supported": ["page"],
        "ui_locales_supported": ["fr", "en"],
        "claims_locales_supported": ["fr"],
        "op_policy_uri": provider.settings.data_protection_url
        or provider.url("/legal/data-protection"),
        "op_tos_uri": provider.settings.legal_url or provider.url("/legal/notice"),
        "service_documentation": provider.settings.site_url,
        **frontchannel_logout.METADATA,
        **backchannel_logout.METADATA,
    }


def discovery(provider: Provider, http: Request) -> Response:
    return _public(provider.registry.prebuilt("discovery", lambda: document(provider)))


def jwks(provider: Provider, http: Request) -> Response:
    """Public keys, of what is signed with now and of what was until its tokens died."""
    registry = provider.registry
    return _public(registry.prebuilt("jwks", lambda: {"keys": registry.published_keys}))


def _public(document: bytes) -> Response:
    return Response(
        200,
        document,
        [
            ("Content-Type", "application/json"),
            ("Cache-Control", f"public, max-age={CACHE_SECONDS}"),
            ("Access-Control-Allow-Origin", "*"),
        ],
    )

"""The words that a registration is made of, and what may be said of each."""

IMPLICIT = "implicit"
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials", IMPLICIT)
# The order of its words means nothing (OAuth 2.0 Multiple Response Types 1.0, section 2).
RESPONSE_TYPES = ("code", "id_token", "id_token token", "token id_token")
PUBLIC = "none"  # the method of an application that keeps no secret
BY_KEY, BY_SECRET = "private_key_jwt", "client_secret_jwt"
AUTH_METHODS = ("client_secret_basic", "client_secret_post", BY_KEY, BY_SECRET, PUBLIC)
WEB, NATIVE = "web", "native"
ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
# Of an encrypted answer: how its key is wrapped, and how it is encrypted itself (RFC 7518).
KEY_ENCRYPTION = ("RSA-OAEP-256", "ECDH-ES")
CONTENT_ENCRYPTION = ("A256GCM", "A128CBC-HS256")
# "If id_token_encrypted_response_alg is specified, the default [...] is A128CBC-HS256" (OpenID
# Connect Registration 1.0, section 2).
USUAL_ENCRYPTION = "A128CBC-HS256"
SCOPES = (
    "openid", "profile", "email", "phone", "address", "offline_access",
    "identite_pivot", "ins", "ins_c",
)  # fmt: skip
HEALTH_SCOPES = frozenset({"ins", "ins_c"})
DEFAULT_MINIMUM = "urn:dmp:acr:mfa"
# Of the specifications: what anybody may register.
STANDARD_MEMBERS = (
    "client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "software_id",
    "software_version", "application_type", "redirect_uris", "post_logout_redirect_uris",
    "initiate_login_uri", "request_uris", "sector_identifier_uri", "grant_types", "response_types",
    "scope", "subject_type", "token_endpoint_auth_method", "token_endpoint_auth_signing_alg",
    "jwks", "jwks_uri", "request_object_signing_alg", "id_token_signed_response_alg",
    "id_token_encrypted_response_alg", "id_token_encrypted_response_enc",
    "userinfo_signed_response_alg", "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc", "default_max_age", "require_auth_time",
    "default_acr_values", "frontchannel_logout_uri", "frontchannel_logout_session_required",
    "backchannel_logout_uri", "backchannel_logout_session_required",
)  # fmt: skip
# What an operator alone decides. `default_acr` is short for a list of one.
OPERATORS_MEMBERS = (
    "client_id", "publisher", "optional_scope", "default_acr", "minimum_acr", "sector_identifier",
    "require_pkce", "resource", "introspection_signed_response_alg",
)  # fmt: skip
MEMBERS = STANDARD_MEMBERS + OPERATORS_MEMBERS

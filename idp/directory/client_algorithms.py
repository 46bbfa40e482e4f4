"""What an application registers of keys and algorithms: how it authenticates, what it signs, what
is signed and encrypted for it. All is settled here, for no request is believed about it."""

from typing import Any

from idp.directory import addresses, client_keys
from idp.directory.client_vocabulary import (
    ALGORITHMS,
    BY_KEY,
    BY_SECRET,
    CONTENT_ENCRYPTION,
    KEY_ENCRYPTION,
    USUAL_ENCRYPTION,
)
from idp.directory.documents import Document

SYMMETRIC = "HS256"
USUAL_SIGNATURE = "RS256"


def read(document: Document, method: str) -> dict[str, Any]:
    """The columns of `models.Client` that tell of keys and algorithms."""
    keys = _keys(document, method)
    return (
        keys
        | _assertion(document, method, keys["jwks"])
        | _request_objects(document, keys["jwks"])
        | _signed_answers(document)
        | _encrypted_answer(document, "id_token", keys)
        | _encrypted_answer(document, "userinfo", keys)
    )


def _keys(document: Document, method: str) -> dict[str, Any]:
    """ "jwks_uri and jwks MUST NOT both be present" (RFC 7591, section 2). A set that is wrong
    is told and left out, so that nothing is asked of it."""
    jwks, jwks_uri = document.value("jwks"), document.address("jwks_uri", addresses.web)
    if document.has("jwks") and document.has("jwks_uri"):
        document.complain("jwks", "is there beside jwks_uri")
    elif method == BY_KEY and not document.has("jwks") and not document.has("jwks_uri"):
        document.complain("jwks", f"is missing, and jwks_uri too: {BY_KEY} needs one of them")
    wrong = client_keys.problem(jwks) if document.has("jwks") else None
    if wrong:
        document.complain("jwks", wrong)
    return {"jwks": None if wrong else jwks, "jwks_uri": jwks_uri}


def _assertion(document: Document, method: str, jwks: Any) -> dict[str, Any]:
    """What an application signs with to authenticate (OpenID Connect Core 1.0, section 9)."""
    name = "token_endpoint_auth_signing_alg"
    if method == BY_SECRET:
        return {name: document.choice(name, SYMMETRIC, [SYMMETRIC])}
    if method == BY_KEY and jwks is None and not document.has(name):
        return {name: None}  # the key decides, which is known once it is fetched
    if method == BY_KEY:
        return {name: document.choice(name, _usual(jwks), _possible(jwks))}
    if document.has(name):
        document.complain(name, f"is for {BY_KEY} and {BY_SECRET}")
    return {name: None}


def _request_objects(document: Document, jwks: Any) -> dict[str, Any]:
    """None: any algorithm that a registered key is for (OpenID Connect Registration 1.0,
    section 2). `none` is refused: what is not signed, anybody may have written."""
    name = "request_object_signing_alg"
    return {name: document.choice(name, "", _possible(jwks)) if document.has(name) else None}


def _signed_answers(document: Document) -> dict[str, Any]:
    """Userinfo and introspection are signed only for who asks for it; an ID token always is."""
    optional = ("userinfo_signed_response_alg", "introspection_signed_response_alg")
    return {
        "id_token_signed_response_alg": document.choice(
            "id_token_signed_response_alg", USUAL_SIGNATURE, ALGORITHMS
        )
    } | {
        name: document.choice(name, "", ALGORITHMS) if document.has(name) else None
        for name in optional
    }


def _encrypted_answer(document: Document, what: str, keys: dict[str, Any]) -> dict[str, Any]:
    alg_name, enc_name = f"{what}_encrypted_response_alg", f"{what}_encrypted_response_enc"
    if not document.has(alg_name):
        if document.has(enc_name):
            document.complain(enc_name, f"is there without {alg_name}")
        return {alg_name: None, enc_name: None}
    alg = document.choice(alg_name, KEY_ENCRYPTION[0], KEY_ENCRYPTION)
    if keys["jwks"] and not client_keys.has_encryption_key(keys["jwks"], alg):
        document.complain(alg_name, "has no key in jwks to encrypt with")
    elif not document.has("jwks") and not document.has("jwks_uri"):
        document.complain(alg_name, "needs a key in jwks or at jwks_uri")
    return {
        alg_name: alg,
        enc_name: document.choice(enc_name, USUAL_ENCRYPTION, CONTENT_ENCRYPTION),
    }


def _usual(jwks: Any) -> str:
    return client_keys.usual_algorithm(jwks) if _possible(jwks) and jwks else USUAL_SIGNATURE


def _possible(jwks: Any) -> list[str]:
    """Of the keys that are known now; those at an address may be of any kind."""
    return sorted(client_keys.possible_algorithms(jwks)) if jwks else list(ALGORITHMS)

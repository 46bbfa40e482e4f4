"""Web Authentication Level 3, on py_webauthn: what a browser is asked, and what it may answer.

Everything that an answer brings is a stranger's: what does not hold is one of two refusals, with
the reason that the trail keeps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import webauthn
from webauthn.helpers import (
    options_to_json_dict,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    CollectedClientData,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

T = TypeVar("T")

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
PATIENCE = 120_000  # milliseconds that a browser gives a person


class CreationRefused(Exception):
    """No passkey is made of this answer: "malformed", "wrong_origin", "model", "too_many",
    "challenge_used_or_expired" or "refused"."""


class AssertionRefused(Exception):
    """Nothing is proved by this answer: "malformed", "wrong_origin", "not_verified", "cloned" or
    "refused"."""


@dataclass(frozen=True)
class Model:
    """Which authenticators are taken: those of these AAGUIDs, vouched for by one of these makers'
    certificates (PEM)."""

    aaguids: tuple[str, ...]
    roots: tuple[bytes, ...]


@dataclass(frozen=True)
class Created:
    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: list[str]
    backup_eligible: bool
    backed_up: bool


@dataclass(frozen=True)
class Answer:
    """An assertion, read and not believed yet. `challenge` is the one that it claims to answer."""

    text: str
    credential_id: bytes
    user_handle: bytes | None
    challenge: bytes


@dataclass(frozen=True)
class Asserted:
    sign_count: int
    user_verified: bool
    backed_up: bool


def creation_options(
    *,
    rp_id: str,
    rp_name: str,
    user_handle: bytes,
    user_name: str,
    display_name: str,
    challenge: bytes,
    existing: Sequence[bytes],
    direct: bool,
) -> dict[str, Any]:
    """For `navigator.credentials.create()`: a discoverable credential that verifies its user."""
    attestation = AttestationConveyancePreference
    options = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name=rp_name,
        user_id=user_handle,
        user_name=user_name,
        user_display_name=display_name,
        challenge=challenge,
        timeout=PATIENCE,
        attestation=attestation.DIRECT if direct else attestation.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in existing],
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json_dict(options)


def request_options(
    *, rp_id: str, challenge: bytes, allowed: Sequence[bytes], must_verify: bool
) -> dict[str, Any]:
    """For `navigator.credentials.get()`; with none `allowed`, the person chooses who they are."""
    verification = UserVerificationRequirement
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        challenge=challenge,
        timeout=PATIENCE,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
        user_verification=verification.REQUIRED if must_verify else verification.PREFERRED,
    )
    return options_to_json_dict(options)


def created_challenge(text: str) -> bytes:
    """The challenge that an answer to `creation_options` claims to answer. Raises
    CreationRefused."""
    credential = _tried(lambda: parse_registration_credential_json(text), CreationRefused)
    return _client_data(credential.response.client_data_json, CreationRefused).challenge


def verify_creation(
    text: str, *, challenge: bytes, origin: str, rp_id: str, model: Model | None
) -> Created:
    """Section 7.1 of the specification. Raises CreationRefused."""
    credential = _tried(lambda: parse_registration_credential_json(text), CreationRefused)
    _check_origin(credential.response.client_data_json, origin, CreationRefused)
    roots = list(model.roots) if model else []
    verified = _tried(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
            pem_root_certs_bytes_by_fmt=dict.fromkeys(AttestationFormat, roots),
        ),
        CreationRefused,
        "refused",
    )
    if model is not None:
        statement = parse_attestation_object(verified.attestation_object).att_stmt
        # Without a chain to one of the makers, the model is what the authenticator says it is.
        if not statement.x5c or verified.aaguid not in model.aaguids:
            raise CreationRefused("model")
    return Created(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        aaguid=verified.aaguid,
        transports=[each.value for each in credential.response.transports or []],
        backup_eligible=verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        backed_up=verified.credential_backed_up,
    )


def read_assertion(text: str) -> Answer:
    """Whose passkey answers which challenge, as the answer has it. Raises AssertionRefused."""
    credential = _tried(lambda: parse_authentication_credential_json(text), AssertionRefused)
    client_data = _client_data(credential.response.client_data_json, AssertionRefused)
    return Answer(text, credential.raw_id, credential.response.user_handle, client_data.challenge)


def verify_assertion(
    answer: Answer,
    *,
    challenge: bytes,
    origin: str,
    rp_id: str,
    public_key: bytes,
    sign_count: int,
    backup_eligible: bool,
    must_verify: bool,
) -> Asserted:
    """Section 7.2 of the specification; `sign_count` is the one known so far. Raises
    AssertionRefused."""
    credential = parse_authentication_credential_json(answer.text)
    _check_origin(credential.response.client_data_json, origin, AssertionRefused)
    verified = _tried(
        lambda: webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=public_key,
            # Looked at below, once it is known that the passkey has signed it.
            credential_current_sign_count=0,
        ),
        AssertionRefused,
        "refused",
    )
    if must_verify and not verified.user_verified:
        raise AssertionRefused("not_verified")
    eligible = verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    # Step 18: whether a passkey may be backed up MUST NOT change.
    if eligible != backup_eligible:
        raise AssertionRefused("refused")
    # Step 22: a counter that does not go up is a sign that the authenticator was cloned.
    if max(verified.new_sign_count, sign_count) > 0 and verified.new_sign_count <= sign_count:
        raise AssertionRefused("cloned")
    return Asserted(verified.new_sign_count, verified.user_verified, verified.credential_backed_up)


def _check_origin(client_data: bytes, origin: str, refusal: type[Exception]) -> None:
    told = _client_data(client_data, refusal)
    # No page of ours is ever framed: a frame of another site is not our origin either.
    if told.origin != origin or told.cross_origin:
        raise refusal("wrong_origin")


def _client_data(data: bytes, refusal: type[Exception]) -> CollectedClientData:
    return _tried(lambda: parse_client_data_json(data), refusal)


def _tried(work: Callable[[], T], refusal: type[Exception], reason: str = "malformed") -> T:
    try:
        return work()
    except Exception as error:
        # The library and its decoders raise whatever a stranger's bytes make them stumble over.
        raise refusal(reason) from error

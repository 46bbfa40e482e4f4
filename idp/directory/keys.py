"""The provider's signing keys: which there are, and each change in the life of one.

next (published, not yet used) → active → retired (published until its tokens have died) → gone.
Every change is counted, so that other processes see it within a second, and stands in the trail.
"""

from collections.abc import Callable, Sequence

from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from idp import audit, clock
from idp.directory import configuration
from idp.directory.refusal import Refusal
from idp.models import Client, ClientState, KeyState, Resource, SigningKey

# 2048 bits sign in a third of the time of 3072, and a key lives months, within what NIST
# SP 800-57 part 1 (112 bits until 2030) and RFC 7518, section 3.3, ask for.
RSA_BITS = 2048

# RFC 7518, section 3.1, and RFC 8037, section 3.1. One key serves one algorithm (RFC 8725,
# section 3.1): RS256 and PS256 have each their own.
NEW: dict[str, Callable[[], ECKey | RSAKey | OKPKey]] = {
    "ES256": lambda: ECKey.generate_key("P-256"),
    "RS256": lambda: RSAKey.generate_key(RSA_BITS),
    "PS256": lambda: RSAKey.generate_key(RSA_BITS),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
}
ALGORITHMS = tuple(NEW)


class UnknownKey(Refusal):
    """No signing key has this id."""


def ensure_signing_keys(
    session: Session, *, actor: str, algorithms: Sequence[str] = ALGORITHMS
) -> list[SigningKey]:
    """One active key for each algorithm: those that were missing are made, and returned."""
    # Two processes that start together make one set of keys.
    active = {key.alg for key in locked(session) if key.state == KeyState.ACTIVE}
    return [
        make(session, algorithm, KeyState.ACTIVE, actor=actor)
        for algorithm in algorithms
        if algorithm not in active
    ]


def all_keys(session: Session) -> list[SigningKey]:
    """Oldest first, without the private halves."""
    query = select(SigningKey).options(defer(SigningKey.private_jwk)).order_by(SigningKey.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def locked(session: Session) -> list[SigningKey]:
    """The same; until the transaction ends nobody else changes one."""
    configuration.lock(session)
    return all_keys(session)


def find(session: Session, kid: str) -> SigningKey:
    """Raises UnknownKey."""
    for key in all_keys(session):
        if key.kid == kid:
            return key
    raise UnknownKey(f"There is no signing key {kid}.")


def in_use(session: Session) -> set[str]:
    """The algorithms that an enabled application or a resource is registered with."""
    enabled = Client.state == ClientState.ENABLED
    clients = session.scalars(select(Client.id_token_signed_response_alg).where(enabled).distinct())
    resources = session.scalars(select(Resource.access_token_signed_alg).distinct())
    return {*clients, *resources}


def without_active(session: Session) -> list[str]:
    """The algorithms in use that nothing can be signed with."""
    active = select(SigningKey.alg).where(SigningKey.state == KeyState.ACTIVE)
    return sorted(in_use(session) - set(session.scalars(active)))


def make(session: Session, algorithm: str, state: KeyState, *, actor: str) -> SigningKey:
    """`kid` is the RFC 7638 thumbprint, so that the same key never has two names."""
    jwk, now = NEW[algorithm](), clock.now()
    # An id that begins with a dash would be read as an option by `idp keys retire`.
    while jwk.thumbprint().startswith("-"):
        jwk = NEW[algorithm]()
    names = {"kid": jwk.thumbprint(), "alg": algorithm, "use": "sig"}
    key = SigningKey(
        kid=names["kid"],
        alg=algorithm,
        private_jwk={**jwk.as_dict(private=True), **names},
        public_jwk={**jwk.as_dict(private=False), **names},
        state=state,
        created_at=now,
        activated_at=now if state == KeyState.ACTIVE else None,
    )
    session.add(key)
    _tell(session, "created", key, actor)
    return key


def activate(session: Session, key: SigningKey, *, actor: str) -> None:
    """Sign with it from now on; the active key of its algorithm must be retired already."""
    key.state, key.activated_at = KeyState.ACTIVE, clock.now()
    _tell(session, "activated", key, actor)


def retire(session: Session, key: SigningKey, published_until: int, *, actor: str) -> None:
    """Sign with it no more; published until the time given."""
    key.state, key.retired_at = KeyState.RETIRED, clock.now()
    key.published_until = published_until
    _tell(session, "retired", key, actor)


def remove(session: Session, key: SigningKey, *, actor: str) -> None:
    """What it has signed is not believed any more."""
    session.delete(key)
    _tell(session, "removed", key, actor)


def _tell(session: Session, verb: str, key: SigningKey, actor: str) -> None:
    audit.record(session, f"key.{verb}", actor=actor, kid=key.kid, alg=key.alg)
    configuration.bump(session)
    # In this order, and not in the ORM's: of an algorithm, one key at a time is active.
    session.flush()

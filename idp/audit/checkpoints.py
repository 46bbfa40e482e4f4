"""Signed checkpoints: from time to time the chain's head is signed, so that a copy kept elsewhere
proves later that the trail still goes through it, whatever became of the database.

The key is the trail's own. The provider's signing keys are gone hours after they were followed by
the next, and at once in an emergency; a checkpoint has to be verified a year later. When a key of
the trail is followed, its private half is wiped: nobody signs in the past. Its public half is
sealed, for whoever has the database alone must not put another in its place.
"""

from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from idp import clock
from idp.audit.events import record
from idp.config import DAY, Settings
from idp.crypto import b64decode, b64encode
from idp.db import Database
from idp.models import AuditCheckpoint, AuditKey, AuditSeal

ALG = "ES256"
TYP = "dmp-trail+jws"
# Seconds: between two checkpoints, and between two looks of the worker.
APART = 3600
EVERY = 60

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Statement:
    """What a checkpoint says: at `signed_at` the chain's last seal was this, with this hash."""

    issuer: str
    signed_at: int
    seal: int
    sealed_at: int
    chain: bytes


def sign_due(database: Database, settings: Settings) -> int:
    """The worker's job; returns how many checkpoints it made. Of several workers one does it."""
    with database.reading() as session:
        if not _due(session):
            return 0
    with database.writing() as session:
        _lock(session)
        if not _due(session):
            return 0
        made = sign(session, settings)
        if made is not None:
            # In the log it leaves the machine with the other lines, if these do.
            log.info("trail.checkpoint", statement=made.statement)
        return int(made is not None)


def sign(session: Session, settings: Settings) -> AuditCheckpoint | None:
    """A checkpoint of the chain's head, the one that there is if it was signed already; None
    while nothing is sealed."""
    _lock(session)
    head = session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)).first()
    if head is None:
        return None
    last = newest(session)
    if last is not None and last.seal_id == head.id:
        return last
    key = _key(session, settings)
    now = clock.now()
    claims = {
        "iss": settings.issuer,
        "iat": now,
        # A number of 63 bits is not one for every reader of JSON.
        "seal": str(head.id),
        "sealed_at": head.sealed_at,
        "chain": b64encode(head.chain),
    }
    made = AuditCheckpoint(
        seal_id=head.id, signed_at=now, key=key, statement=_signed(claims, key.private_jwk or {})
    )
    session.add(made)
    session.flush()
    return made


def newest(session: Session) -> AuditCheckpoint | None:
    query = select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1)
    return session.scalars(query).first()


def exported(checkpoint: AuditCheckpoint) -> dict[str, Any]:
    """A document to keep elsewhere: the statement, and the key that verifies it."""
    return {"checkpoint": checkpoint.statement, "key": checkpoint.key.public_jwk}


def held(document: Any) -> Statement | None:
    """What a document of `exported` says; None when it is none, or its signature does not hold."""
    if not isinstance(document, dict) or not isinstance(document.get("checkpoint"), str):
        return None
    return _read(document["checkpoint"], document.get("key"))


def vouches(checkpoint: AuditCheckpoint) -> Statement | None:
    """What the checkpoint says, when its signature holds."""
    return _read(checkpoint.statement, checkpoint.key.public_jwk)


def _read(statement: str, jwk: Any) -> Statement | None:
    try:
        read = jws.deserialize_compact(statement, ECKey.import_key(jwk), algorithms=[ALG])
        if read.headers().get("typ") != TYP:
            return None
        claims = orjson.loads(read.payload)
        return Statement(
            issuer=claims["iss"],
            signed_at=int(claims["iat"]),
            seal=int(claims["seal"]),
            sealed_at=int(claims["sealed_at"]),
            chain=b64decode(claims["chain"]),
        )
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _signed(claims: dict[str, Any], jwk: dict[str, Any]) -> str:
    key = ECKey.import_key(jwk)
    header = {"alg": ALG, "kid": key.thumbprint(), "typ": TYP}
    return jws.serialize_compact(header, orjson.dumps(claims), key, algorithms=[ALG])


def _key(session: Session, settings: Settings) -> AuditKey:
    """The one that signs now; a new one when there is none, or it is as old as a signing key may
    become."""
    query = select(AuditKey).where(AuditKey.retired_at.is_(None)).order_by(AuditKey.id.desc())
    present = session.scalars(query).first()
    now = clock.now()
    if present is not None and present.created_at > now - settings.signing_key_days * DAY:
        return present
    if present is not None:
        present.private_jwk, present.retired_at = None, now
        record(session, "audit_key.retired", actor="system", kid=present.kid)
    jwk = ECKey.generate_key("P-256")
    made = AuditKey(
        kid=jwk.thumbprint(),
        private_jwk=dict(jwk.as_dict(private=True)),
        public_jwk=dict(jwk.as_dict(private=False)),
        created_at=now,
    )
    session.add(made)
    record(session, "audit_key.created", actor="system", kid=made.kid)
    return made


def _due(session: Session) -> bool:
    head = session.scalar(select(AuditSeal.id).order_by(AuditSeal.id.desc()).limit(1))
    last = newest(session)
    if head is None or (last is not None and last.seal_id >= head):
        return False
    return last is None or clock.now() >= last.signed_at + APART


def _lock(session: Session) -> None:
    """One signs at a time; SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit_checkpoint IN SHARE ROW EXCLUSIVE MODE"))

"""The trail: who did what, on whom, from where, with which outcome."""

from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, new_id


class AuditEvent(Base):
    """Written in the transaction of the act; `seal_id` is set when a seal covers it. Holds no
    secret and no health identifier. `account_id` is on whom; `actor_id`, where it was an operator
    who signed in, the operator's account."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_account_id_id", "account_id", "id"),
        # Filled when an event is sealed, so that nobody's request waits for them.
        *(
            Index(
                f"ix_audit_event_{column}_id",
                column,
                "id",
                sqlite_where=text("seal_id IS NOT NULL"),
                postgresql_where=text("seal_id IS NOT NULL"),
            )
            for column in ("act", "client_id")
        ),
        # Few events are an operator's, few a refusal, and an application's have no address.
        Index(
            "ix_audit_event_address_id",
            "address",
            "id",
            sqlite_where=text("address IS NOT NULL"),
            postgresql_where=text("address IS NOT NULL"),
        ),
        Index(
            "ix_audit_event_actor_id_id",
            "actor_id",
            "id",
            sqlite_where=text("actor_id IS NOT NULL"),
            postgresql_where=text("actor_id IS NOT NULL"),
        ),
        Index(
            "ix_audit_event_refused",
            "outcome",
            "id",
            sqlite_where=text("outcome <> 'success'"),
            postgresql_where=text("outcome <> 'success'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[int]
    act: Mapped[str]
    outcome: Mapped[str]
    actor: Mapped[str]
    actor_id: Mapped[int | None]
    account_id: Mapped[int | None]
    client_id: Mapped[int | None]
    session_id: Mapped[int | None]
    address: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("audit_seal.id"), index=True)


class AuditSeal(Base):
    """A batch of events chained to the batch before: SHA-256 over both. `purged_at`: when its
    events were removed, having been kept long enough; the link itself stays in the chain."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        Index(
            "ix_audit_seal_unpurged",
            "id",
            sqlite_where=text("purged_at IS NULL"),
            postgresql_where=text("purged_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    sealed_at: Mapped[int]
    count: Mapped[int]
    previous: Mapped[bytes]
    chain: Mapped[bytes]
    purged_at: Mapped[int | None]

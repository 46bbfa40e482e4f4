"""The applications' logos: uploaded by an operator or fetched by the worker, kept in the database,
shown from our own origin, so that a person's browser asks no application for anything before its
person decides to.

What a logo is decides its first bytes, and not what a server says of it. SVG is none: it can hold
script.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import clock
from idp.config import DAY, HOUR, Settings
from idp.db import Database, Statement
from idp.directory import clients, png
from idp.fetcher import Fetcher, Unfetchable
from idp.models import Client, ClientLogo, ClientState

# Seconds between two rounds of a worker; how many are fetched in one, which takes as many times
# the fetcher's patience at the most.
EVERY = 5
BATCH = 2
AFTER_SUCCESS, AFTER_FAILURE = DAY, HOUR
NEVER = (1 << 62) - 1
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
MEDIA_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")

# Of two workers that fetched the same, the later one is right. What could not be fetched again
# stays what it was, as long as it is still the logo that is wanted.
KEEP = Statement("""
    INSERT INTO client_logo (client_id, logo_uri, content, content_hash, media_type, fetch_after)
    VALUES (:client_id, :logo_uri, :content, :content_hash, :media_type, :fetch_after)
    ON CONFLICT (client_id) DO UPDATE SET
        logo_uri = excluded.logo_uri, content = excluded.content,
        content_hash = excluded.content_hash, media_type = excluded.media_type,
        fetch_after = excluded.fetch_after
""")
TRY_LATER = Statement("""
    UPDATE client_logo SET fetch_after = :fetch_after
    WHERE client_id = :client_id AND logo_uri = :logo_uri
""")


@dataclass(frozen=True)
class Wanted:
    client_id: int
    logo_uri: str


@dataclass(frozen=True)
class Picture:
    content: bytes
    media_type: str


def fetch_due(database: Database, settings: Settings) -> int:
    """One round; returns how many were fetched. The worker's job."""
    fetcher, due = Fetcher(settings), _due(database)
    for wanted in due:
        _fetch(database, fetcher, wanted)
    return len(due)


def _due(database: Database) -> list[Wanted]:
    """New, changed, or old."""
    query = (
        select(Client.id, Client.logo_uri)
        .outerjoin(ClientLogo, ClientLogo.client_id == Client.id)
        .where(
            Client.logo_uri.is_not(None),
            Client.state == ClientState.ENABLED,
            ClientLogo.client_id.is_(None)
            | (ClientLogo.logo_uri != Client.logo_uri)
            | (ClientLogo.fetch_after <= clock.now()),
        )
        .limit(BATCH)
    )
    with database.reading() as session:
        return [Wanted(client_id, str(uri)) for client_id, uri in session.execute(query)]


def _fetch(database: Database, fetcher: Fetcher, wanted: Wanted) -> None:
    try:
        content = fetcher.get(wanted.logo_uri, MEDIA_TYPES, not_older_than=0).content
    except Unfetchable:
        content = b""
    media_type, now = media_type_of(content), clock.now()
    place = {"client_id": wanted.client_id, "logo_uri": wanted.logo_uri}
    with database.transaction() as tx:
        if media_type is None and tx.changed(TRY_LATER, **place, fetch_after=now + AFTER_FAILURE):
            return
        tx.execute(
            KEEP,
            **place,
            content=content if media_type else None,
            content_hash=hashlib.sha256(content).hexdigest() if media_type else None,
            media_type=media_type,
            fetch_after=now + (AFTER_SUCCESS if media_type else AFTER_FAILURE),
        )


def upload(
    session: Session, settings: Settings, client_id: str, content: bytes, *, actor: str
) -> None:
    """A picture that an operator has at hand, shown from now on. Its address is ours, where nothing
    has to be fetched. Raises UnknownClient, BadPicture."""
    picture = png.cleaned(content)
    name = hashlib.sha256(picture).hexdigest()
    client = clients.find(session, client_id, lock=True)
    logo_uri = f"{settings.issuer}/logos/{name}"
    kept = session.get(ClientLogo, client.id) or ClientLogo(client_id=client.id)
    kept.logo_uri, kept.content, kept.content_hash = logo_uri, picture, name
    kept.media_type, kept.fetch_after = "image/png", NEVER
    session.add(kept)
    clients.set_logo(session, client, logo_uri, actor=actor)


def media_type_of(content: bytes) -> str | None:
    """None: no picture of a kind that is shown."""
    for signature, media_type in SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def name_of(session: Session, client_pk: int, logo_uri: str | None) -> str | None:
    """The name by which the logo of an application is found; None: it has none to show."""
    query = select(ClientLogo.content_hash).where(
        ClientLogo.client_id == client_pk, ClientLogo.logo_uri == logo_uri
    )
    return session.scalar(query) if logo_uri else None


def find(session: Session, name: str) -> Picture | None:
    query = select(ClientLogo).where(ClientLogo.content_hash == name).limit(1)
    row = session.scalar(query)
    if row is None or row.content is None or row.media_type is None:
        return None
    return Picture(row.content, row.media_type)

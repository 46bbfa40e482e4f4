"""A registration as the document that would make it again."""

from typing import Any

from sqlalchemy.orm import Session

from idp.directory.client_vocabulary import MEMBERS
from idp.models import Client, Resource

# Of the members that are no column: `resource` is an id there, the others are short for another.
NO_COLUMN = frozenset({"resource", "default_acr", "subject_type"})
# The sector is told by the uri, where there is one, and a client's own id is none.
SECTOR = "sector_identifier"


def of(session: Session, client: Client) -> dict[str, Any]:
    """Members that say nothing are left out; `clients.register(…, update=True)` takes it as it is,
    and with members changed."""
    document = {
        name: getattr(client, name)
        for name in MEMBERS
        if name not in NO_COLUMN and getattr(client, name) not in (None, [], "", False)
    }
    document |= {
        "grant_types": client.grant_types,
        "response_types": client.response_types,
        "require_pkce": client.require_pkce,
    }
    if client.sector_identifier_uri or client.sector_identifier == client.client_id:
        del document[SECTOR]
    if client.resource_id is not None:
        document["resource"] = session.get_one(Resource, client.resource_id).identifier
    return document

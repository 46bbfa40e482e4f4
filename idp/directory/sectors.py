"""The document at a sector_identifier_uri: the redirect URIs of all that share a sector (OpenID
Connect Core 1.0, section 8.1)."""

import orjson

from idp.directory.documents import InvalidMetadata
from idp.fetcher import Fetcher, Unfetchable

MEDIA_TYPES = ("application/json",)
NAME = "sector_identifier_uri"


def listed(fetcher: Fetcher, uri: object) -> list[str]:
    """The addresses that the document lists; none where there is no uri. Raises InvalidMetadata.

    To be asked outside any transaction: it may take seconds."""
    if not isinstance(uri, str):
        return []  # a registration that has another thing there is refused for that
    try:
        document = orjson.loads(fetcher.get(uri, MEDIA_TYPES, not_older_than=0).content)
    except Unfetchable as refusal:
        raise InvalidMetadata(f"{NAME}: cannot be fetched, {refusal}") from refusal
    except orjson.JSONDecodeError as error:
        raise InvalidMetadata(f"{NAME}: what is there is not JSON") from error
    if not isinstance(document, list) or not all(isinstance(each, str) for each in document):
        raise InvalidMetadata(f"{NAME}: what is there is not a list of texts")
    return document

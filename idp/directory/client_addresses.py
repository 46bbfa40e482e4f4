"""What an application registers of its addresses: where people are sent, what is fetched there,
and the sector that decides their `sub`."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from idp.directory import addresses
from idp.directory.client_vocabulary import NATIVE, WEB
from idp.directory.documents import Document

SECTORS = ("sector_identifier", "sector_identifier_uri")


def read(document: Document, response_types: list[str], *, own_sector: bool) -> dict[str, Any]:
    """The columns of `models.Client` that hold addresses. `own_sector`: where several hosts leave
    the sector open, the application is one of its own."""
    application_type = document.choice("application_type", WEB, (WEB, NATIVE))
    read_redirect = partial(addresses.redirect, native=application_type == NATIVE)
    redirect_uris = document.addresses("redirect_uris", read_redirect)
    if not response_types and redirect_uris:
        document.complain("redirect_uris", "is of no use without a response type")
    if response_types and not redirect_uris and not document.problems:
        document.complain("redirect_uris", "is missing or empty")
    return (
        {
            "application_type": application_type,
            "redirect_uris": redirect_uris,
            "post_logout_redirect_uris": document.addresses(
                "post_logout_redirect_uris", read_redirect
            ),
            "initiate_login_uri": document.address("initiate_login_uri", addresses.web),
            "request_uris": document.addresses("request_uris", addresses.request),
        }
        | _logout(document, redirect_uris)
        | _sector(document, redirect_uris, own_sector)
    )


def _logout(document: Document, redirect_uris: list[str]) -> dict[str, Any]:
    """Front-Channel Logout 1.0, section 2; Back-Channel Logout 1.0, section 2.2."""
    frontchannel = document.address("frontchannel_logout_uri", addresses.web)
    # "The domain, port, and scheme of this URL MUST be the same as that of a registered
    # Redirection URI value" (Front-Channel Logout 1.0, section 2).
    if frontchannel and _origin(frontchannel) not in set(map(_origin, redirect_uris)):
        document.complain("frontchannel_logout_uri", "is of another origin than the redirect URIs")
    return {
        "frontchannel_logout_uri": frontchannel,
        "backchannel_logout_uri": document.address("backchannel_logout_uri", addresses.web),
    } | {
        name: document.flag(name, False)
        for name in (
            "frontchannel_logout_session_required",
            "backchannel_logout_session_required",
        )
    }


def _origin(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.scheme, parts.netloc


def _sector(document: Document, redirect_uris: list[str], own: bool) -> dict[str, Any]:
    """The `sub` is one per sector: what is given, the host of the sector's document, or the one
    host of the redirect URIs (OpenID Connect Core 1.0, section 8.1)."""
    uri = document.address("sector_identifier_uri", addresses.web)
    if all(map(document.has, SECTORS)):
        document.complain("sector_identifier", "is there beside sector_identifier_uri")
    if document.has("sector_identifier"):
        sector = document.address("sector_identifier", addresses.host)
    elif document.has("sector_identifier_uri"):
        sector = addresses.web(uri).hostname if uri else None
    else:
        sector = _common_host(document, redirect_uris, own)
    return {"sector_identifier": sector, "sector_identifier_uri": uri}


def _common_host(document: Document, redirect_uris: list[str], own: bool) -> str | None:
    """None where there is no host at all, or one of its `own`: the application is its sector."""
    hosts = {addresses.redirect(uri, native=True).hostname for uri in redirect_uris}
    if len(hosts) == 1:
        return hosts.pop()
    if redirect_uris and not own:
        document.complain(
            "sector_identifier", "or its uri is needed: the redirect URIs do not name one host"
        )
    return None

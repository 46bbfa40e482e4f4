"""E-mail addresses: a light check that refuses slips, and the masked form."""

import re
import unicodedata

from idp.identity.errors import InvalidValue

MAX_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
MAX_LOCAL_LENGTH = 64  # RFC 5321 section 4.5.3.1.1
MAX_LABEL_LENGTH = 63  # RFC 1035 section 2.3.4
# What only a quoted local part may hold (RFC 5322 section 3.2.3), and what would forge a header.
FORBIDDEN = frozenset('"(),:;<>@[\\]')
LABEL = re.compile(r"\w(?:[\w-]*\w)?")
HIDDEN = "•••"


class EmailAddressError(InvalidValue):
    """Not an address; `reason` is "length", "characters", "at" (not one @) or "domain"."""


def parse(text: str) -> str:
    """The address as typed, outer spaces dropped, accents and IDN kept; raises EmailAddressError.

    Whether anybody reads it is for the one-time code to prove.
    """
    address = text.strip()
    if not address or len(address) > MAX_LENGTH:
        raise EmailAddressError("length")
    if address.count("@") != 1:
        raise EmailAddressError("at")
    local, domain = address.split("@")
    if not _is_local_part(local):
        raise EmailAddressError("characters")
    if not _is_domain(domain):
        raise EmailAddressError("domain")
    return address


def _is_local_part(local: str) -> bool:
    if not local or len(local) > MAX_LOCAL_LENGTH:
        return False
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return False
    return all(c not in FORBIDDEN and unicodedata.category(c)[0] not in "CZ" for c in local)


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or "_" in domain:
        return False
    return all(len(label) <= MAX_LABEL_LENGTH and LABEL.fullmatch(label) for label in labels)


def mask(address: str) -> str:
    """`m•••@e•••.fr`: first letter of the name and of the domain, and the last label."""
    local, _, domain = address.rpartition("@")
    suffix = domain.rpartition(".")[2]
    return f"{local[:1]}{HIDDEN}@{domain[:1]}{HIDDEN}.{suffix}"

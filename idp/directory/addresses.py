"""Web addresses in registrations: which ones a browser may be sent to.

Every rule here answers an attack on redirects: a host that only looks like the registered one,
a scheme that runs script, an address whose parts two parsers read differently.
"""

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from idp.directory.refusal import Refusal

MAX_LENGTH = 2000
MAX_REQUEST_URI = 512  # OpenID Connect Core 1.0, section 6.2
CONTENT_HASH = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
# What RFC 3986 lets an address be made of, percent signs only before two hexadecimal digits.
CHARACTERS = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+", re.ASCII)
HOST = re.compile(
    r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.ASCII
)
PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+", re.ASCII)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# The parameters of an authorization response: one that is there already would come twice.
RESPONSE_PARAMETERS = frozenset(
    {"code", "state", "iss", "error", "error_description", "error_uri", "id_token", "access_token"}
)


class BadAddress(Refusal):
    """Why an address is refused, as the end of a sentence."""


def web(text: str) -> SplitResult:
    """An absolute https address, or http on this machine alone; no userinfo, no fragment.

    RFC 6749, section 3.1.2, and RFC 8252, section 7.3. Raises BadAddress.
    """
    parts = _split(text)
    if parts.scheme not in {"https", "http"}:
        raise BadAddress("is neither https nor http")
    _check_host(parts)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise BadAddress("is http, which is for this machine (127.0.0.1, localhost) alone")
    return parts


def redirect(text: str, *, native: bool) -> SplitResult:
    """An address to which responses go. A `native` application may have a scheme of its own, a
    reversed domain name (RFC 8252, section 7.1). Raises BadAddress."""
    parts = _split(text)
    if parts.scheme in {"https", "http"}:
        web(text)
    elif not PRIVATE_SCHEME.fullmatch(parts.scheme):
        raise BadAddress("is neither https nor http, nor a scheme that is a reversed domain name")
    elif not native:
        raise BadAddress("has a scheme of its own, which is for application_type native")
    elif parts.netloc:
        raise BadAddress("has a scheme of its own and a host: write scheme:/path")
    taken = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if taken & RESPONSE_PARAMETERS:
        raise BadAddress("has a query parameter that the response will add")
    return parts


def identifier(text: str) -> SplitResult:
    """A resource's identifier: a web address without a query (RFC 8707, section 2)."""
    parts = web(text)
    if "?" in text:
        raise BadAddress("has a query")
    return parts


def request(text: str) -> SplitResult:
    """Where a request object is: a web address, which may have the hash of what is there as its
    fragment (OpenID Connect Registration 1.0, section 2). Raises BadAddress."""
    if len(text) > MAX_REQUEST_URI:
        raise BadAddress(f"is longer than {MAX_REQUEST_URI} characters")
    address, separator, fragment = text.partition("#")
    if separator and not CONTENT_HASH.fullmatch(fragment):
        raise BadAddress("has a fragment that is no SHA-256 in base64url")
    return web(address)


def host(text: str) -> str:
    """A host name in small letters, with no port. Raises BadAddress."""
    if not HOST.fullmatch(text):
        raise BadAddress("is not a host name in small letters")
    return text


def _split(text: str) -> SplitResult:
    if not text or len(text) > MAX_LENGTH:
        raise BadAddress(f"is empty or longer than {MAX_LENGTH} characters")
    if not CHARACTERS.fullmatch(text):
        raise BadAddress("has a character that an address must have percent-encoded")
    if "#" in text:
        raise BadAddress("has a fragment")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise BadAddress("cannot be read") from error
    # urlsplit lowers the scheme: what is compared byte by byte must be as it was read.
    if not text.startswith(f"{parts.scheme}:"):
        raise BadAddress("has no scheme, or one in capitals")
    return parts


def _check_host(parts: SplitResult) -> None:
    if "@" in parts.netloc:
        raise BadAddress("has a user name before the host")
    try:
        name, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress("has a port that is none") from error
    bracketed = f"[{name}]" if name and ":" in name else name
    written = f"{bracketed}:{port}" if port is not None else f"{bracketed}"
    if not name or not (name == "::1" or HOST.fullmatch(name)) or parts.netloc != written:
        raise BadAddress("has no host name in small letters")

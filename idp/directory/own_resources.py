"""The APIs that the provider itself is, below its issuer's address: always there, in no table.

Their tokens are for machines. An application has them by the client credentials grant, and people
connect to it never: what a machine may, nobody's browser asks for.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class OwnResource:
    """`scopes` are of this API alone."""

    path: str
    name: str
    scopes: tuple[str, ...]

    def identifier(self, issuer: str) -> str:
        """What a token for it has as its audience (RFC 8707)."""
        return f"{issuer}{self.path}"


CLIENTS_READ, CLIENTS_MANAGE = "admin:clients:read", "admin:clients:manage"
KEYS_READ, KEYS_MANAGE = "admin:keys:read", "admin:keys:manage"
OPERATORS_READ = "admin:operators:read"
DASHBOARD_READ = "admin:dashboard:read"
HOLDERS_READ, HOLDERS_MANAGE = "admin:holders:read", "admin:holders:manage"

ADMINISTRATION = OwnResource(
    "/api",
    "Administration",
    (
        CLIENTS_READ,
        CLIENTS_MANAGE,
        KEYS_READ,
        KEYS_MANAGE,
        OPERATORS_READ,
        DASHBOARD_READ,
        HOLDERS_READ,
        HOLDERS_MANAGE,
    ),
)

INS_C_RESOLVE = "ins_c:resolve"
INS_C = OwnResource("/ins-c", "INS-C", (INS_C_RESOLVE,))

ALL = (ADMINISTRATION, INS_C)
# Each scope and whose it is.
SCOPES = {scope: resource for resource in ALL for scope in resource.scopes}

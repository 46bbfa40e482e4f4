"""The trail: recorded in the transaction of the act, sealed and counted afterwards, verified at
will, removed when it is a year old."""

from idp.audit.chain import seal
from idp.audit.events import (
    INSERT_EVENT,
    Acting,
    Origin,
    acting,
    actor_id,
    application,
    event_values,
    on_the_way_to,
    record,
)
from idp.audit.retention import Broken, purge, purgeable
from idp.audit.verification import Break, Fault, Progress, Verification, verify

__all__ = [
    "INSERT_EVENT",
    "Acting",
    "Break",
    "Broken",
    "Fault",
    "Origin",
    "Progress",
    "Verification",
    "acting",
    "actor_id",
    "application",
    "event_values",
    "on_the_way_to",
    "purge",
    "purgeable",
    "record",
    "seal",
    "verify",
]

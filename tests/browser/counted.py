"""Figures of some weeks, as a service that is used has them."""

import math
import random
from collections.abc import Iterator

from idp import clock
from idp.audit import counts
from idp.config import DAY, HOUR
from idp.db import Database
from idp.messages.counts import KEY
from idp.models import ActivityCount, MessageCount

DAYS = 30
# Act, outcome, kind of grant, and how many an hour.
ACTS = (
    ("authorization.granted", "success", "", 40),
    ("session.opened", "success", "", 6),
    ("password.verified", "wrong_password", "", 5),
    ("password.verified", "must_wait", "", 1),
    ("code.verified", "wrong_code", "", 3),
    ("code.verified", "code_expired", "", 1),
    ("passkey.verified", "refused", "", 1),
    ("totp.verified", "code_used", "", 1),
    ("token.issued", "success", "authorization_code", 40),
    ("token.refreshed", "success", "refresh_token", 90),
    ("token.refused", "refresh_token_reused", "", 1),
)
MESSAGES = (
    ("mail", "one-time-code", 25),
    ("sms", "one-time-code", 14),
    ("mail", "security-notice", 3),
)
ENDS = (("sent", 94), ("failed", 4), ("expired", 2))
WITHIN = ((1, 40), (2, 30), (3, 15), (10, 10), (30, 5))


def fill(database: Database, applications: list[int], chance: random.Random) -> None:
    """Counts of the last days for these applications, of which each is used less than the one
    before."""
    now = clock.now()
    for begins in range(now - DAYS * DAY, now, HOUR):
        # Nobody connects at night.
        share = 1 - math.cos(begins % DAY / DAY * 2 * math.pi)
        with database.writing() as session:
            for number, client_id in enumerate(applications, start=1):
                usual = share / number * chance.uniform(0.6, 1.2)
                acts = dict(_acts(begins, client_id, usual))
                counts.increase(session, ActivityCount, counts.KEY, acts)
                sent = dict(_messages(begins, client_id, usual, chance))
                counts.increase(session, MessageCount, KEY, sent)


def _acts(begins: int, client_id: int, usual: float) -> Iterator[tuple[tuple[object, ...], int]]:
    for act, outcome, grant_type, count in ACTS:
        for grain, slot in counts.slots(begins):
            whose = 0 if act == "session.opened" else client_id
            yield (grain, act, slot, whose, outcome, grant_type), round(count * usual)


def _messages(
    begins: int, client_id: int, usual: float, chance: random.Random
) -> Iterator[tuple[tuple[object, ...], int]]:
    for channel, kind, count in MESSAGES:
        [end] = chance.choices([name for name, _ in ENDS], [weight for _, weight in ENDS])
        [within] = chance.choices([bound for bound, _ in WITHIN], [weight for _, weight in WITHIN])
        for grain, slot in counts.slots(begins):
            yield (grain, slot, client_id, channel, kind, end, within), round(count * usual)

"""Tokens of machines are counted, and not recorded: nothing is written to give one (the grant says
why), and a row of the trail each would cost more than the token. A process adds them up and writes
the sum now and then; what it has not yet written when it is killed, the dashboard never knows."""

import threading
from collections import Counter
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from idp import clock
from idp.audit import counts
from idp.db import Database
from idp.models import ActivityCount

EVERY = 5  # seconds
ACT, OUTCOME, GRANT_TYPE = "token.issued", "success", "client_credentials"

log = structlog.get_logger("idp.oidc")


class MachineTokens:
    """What was given since it was written last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._given: Counter[tuple[int, int]] = Counter()  # by client and hour
        self._written_at = 0

    def add(self, client_pk: int) -> None:
        now = clock.now()
        given = client_pk, now - now % counts.HOUR
        with self._lock:
            self._given[given] += 1

    def write_due(self) -> None:
        """Outside any transaction. A database that is busy has them written later."""
        now = clock.now()
        if not self._given or now < self._written_at + EVERY:
            return
        with self._lock:
            taken, self._given, self._written_at = self._given, Counter(), now
        try:
            with self._database.writing() as session:
                counts.increase(session, ActivityCount, counts.KEY, _in_slots(taken))
        except SQLAlchemyError as error:
            log.warning("machine_tokens.not_counted", error=type(error).__name__)
            with self._lock:
                self._given += taken


def _in_slots(given: Counter[tuple[int, int]]) -> Counter[tuple[Any, ...]]:
    """Every grain of count begins with an hour."""
    counted: Counter[tuple[Any, ...]] = Counter()
    for (client_pk, hour), number in given.items():
        for grain, begins in counts.slots(hour):
            counted[grain, ACT, begins, client_pk, OUTCOME, GRANT_TYPE] += number
    return counted

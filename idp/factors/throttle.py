"""How often one may guess: counted in the database, reserved before the guess is looked at.

From the fifth failure in a row one waits a minute, doubling to fifteen; so many failures a day
per account, so many an hour per address. There is no permanent lock.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from idp import clock
from idp.config import DAY, HOUR, Settings
from idp.crypto import Keyring
from idp.db import Database, Statement, Transaction

# A row that is there is locked by being written: the purge leaves it alone from here on.
ENSURE = Statement("""
    INSERT INTO throttle (subject, in_a_row, locked_until, window_start, in_window, updated_at)
    VALUES (:subject, 0, 0, :now, 0, :now)
    ON CONFLICT (subject) DO UPDATE SET updated_at = :now
""")

# The row count is the answer: a subject that has to wait is not counted further.
RESERVE = Statement("""
    UPDATE throttle SET
        in_a_row = in_a_row + 1,
        in_window = CASE WHEN window_start <= :now - :window THEN 1 ELSE in_window + 1 END,
        window_start = CASE WHEN window_start <= :now - :window THEN :now ELSE window_start END,
        updated_at = :now
    WHERE subject = :subject AND locked_until <= :now
      AND (in_window < :limit OR window_start <= :now - :window)
    RETURNING in_a_row
""")

LOCK = Statement("UPDATE throttle SET locked_until = :until WHERE subject = :subject")

READ = Statement("""
    SELECT locked_until, window_start, in_window, in_a_row FROM throttle WHERE subject = :subject
""")

FORGIVE = Statement("""
    UPDATE throttle SET
        in_a_row = 0, locked_until = 0, updated_at = :now,
        in_window = CASE WHEN in_window > 0 THEN in_window - 1 ELSE 0 END
    WHERE subject = :subject
""")


@dataclass(frozen=True)
class Counter:
    """What is counted. `free` failures in a row cost nothing; None: a row of them never locks."""

    subject: bytes
    limit: int
    window: int
    free: int | None


@dataclass(frozen=True)
class Reserved:
    """A try that was granted; it counts as a failure until it is forgiven. `failures` is the
    number of tries in a row with this one; `wait` is what follows if it fails, in seconds."""

    counters: tuple[Counter, ...]
    failures: int
    wait: int


class MustWait(Exception):
    """No try is granted before `seconds` have passed."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def for_secret(
    keyring: Keyring, settings: Settings, secret: str, owner: str, browser: str | None
) -> Counter:
    """The counter of one kind of secret of one owner. A browser that the owner has used before
    has its own, so that a stranger's failures do not shut the owner out."""
    subject = keyring.mac("throttle", f"{secret}:{owner}:{browser or ''}".encode())
    return Counter(subject, settings.failures_per_day, DAY, settings.failures_free)


def for_second_factor(keyring: Keyring, settings: Settings, account_id: int) -> Counter:
    """Of all that is typed after the password: another kind of code gives no further tries."""
    return for_secret(keyring, settings, "code", str(account_id), None)


def for_address(keyring: Keyring, settings: Settings, address: str | None) -> Counter:
    """The counter of failures from a network address."""
    subject = _address_subject(keyring, "address", address)
    return Counter(subject, settings.failures_per_address, HOUR, None)


def for_registration(keyring: Keyring, settings: Settings, address: str | None) -> Counter:
    """The counter of registrations, good and bad, from a network address."""
    subject = _address_subject(keyring, "registration", address)
    return Counter(subject, settings.registrations_per_address, HOUR, None)


def for_new_channels(keyring: Keyring, settings: Settings, account_id: int) -> Counter:
    """The counter of codes sent to addresses and numbers that are not the account's yet."""
    subject = keyring.mac("throttle", f"new-channel:{account_id}".encode())
    return Counter(subject, settings.code_per_day, DAY, None)


def for_exports(keyring: Keyring, settings: Settings, account_id: int) -> Counter:
    """The counter of copies of an account's data that are made."""
    subject = keyring.mac("throttle", f"export:{account_id}".encode())
    return Counter(subject, settings.exports_per_day, DAY, None)


def for_recovery(
    keyring: Keyring, settings: Settings, what: str, whose: str, browser: str | None
) -> Counter:
    """The counter of what is asked for somebody who cannot sign in, whether there is such a person
    or not; a browser that the person has used before has its own."""
    subject = keyring.mac("throttle", f"{what}:{whose}:{browser or ''}".encode())
    return Counter(subject, settings.recoveries_per_day, DAY, None)


def for_recovery_address(keyring: Keyring, settings: Settings, address: str | None) -> Counter:
    """The counter of the same from a network address."""
    subject = _address_subject(keyring, "recovery", address)
    return Counter(subject, settings.recoveries_per_address, HOUR, None)


def for_resolution(keyring: Keyring, settings: Settings, client_pk: int) -> tuple[Counter, Counter]:
    """The counters of an application that resolves INS-Cs: of all that it asks, and of what finds
    nobody."""
    all_of_it = keyring.mac("throttle", f"ins-c:{client_pk}".encode())
    unknown = keyring.mac("throttle", f"ins-c-unknown:{client_pk}".encode())
    return (
        Counter(all_of_it, settings.ins_c_per_client, HOUR, None),
        Counter(unknown, settings.ins_c_unknown_per_client, HOUR, None),
    )


def _address_subject(keyring: Keyring, what: str, address: str | None) -> bytes:
    """Of a /64 for IPv6, which one subscriber has whole."""
    network = address or "unknown"
    try:
        if ipaddress.ip_address(network).version == 6:
            network = str(ipaddress.ip_network(f"{network}/64", strict=False))
    except ValueError:
        network = "unknown"
    return keyring.mac("throttle", f"{what}:{network}".encode())


def reserve(database: Database, settings: Settings, counters: Sequence[Counter]) -> Reserved:
    """Count a failure on every counter before the secret is looked at. Raises MustWait, and
    then counts nothing."""
    ordered = tuple(sorted(counters, key=lambda counter: counter.subject))
    with database.transaction() as tx:
        rows = [(counter, _take(tx, settings, counter)) for counter in ordered]
    failures = max((count for counter, count in rows if counter.free is not None), default=1)
    return Reserved(ordered, failures, wait_after(settings, failures))


def forgive(database: Database, reserved: Reserved) -> None:
    """The try was right: it was no failure, and the row of failures ends."""
    with database.transaction() as tx:
        for counter in reserved.counters:
            tx.execute(FORGIVE, subject=counter.subject, now=clock.now())


def wait_after(settings: Settings, failures: int) -> int:
    """Seconds to wait after so many failures in a row."""
    beyond = failures - settings.failures_free
    if beyond < 0:
        return 0
    doubled = settings.failures_first_wait << min(beyond, 10)
    return min(doubled, settings.failures_longest_wait)


def _take(tx: Transaction, settings: Settings, counter: Counter) -> int:
    now = clock.now()
    tx.execute(ENSURE, subject=counter.subject, now=now)
    row = tx.one(
        RESERVE, subject=counter.subject, now=now, window=counter.window, limit=counter.limit
    )
    if row is None:
        raise MustWait(_remaining(tx, counter, now))
    failures = int(row[0])
    wait = wait_after(settings, failures) if counter.free is not None else 0
    if wait:
        tx.execute(LOCK, subject=counter.subject, until=now + wait)
    return failures


def _remaining(tx: Transaction, counter: Counter, now: int) -> int:
    locked_until, window_start, in_window, _ = tx.one(READ, subject=counter.subject)
    until = locked_until
    if in_window >= counter.limit:
        until = max(until, window_start + counter.window)
    return max(int(until) - now, 1)

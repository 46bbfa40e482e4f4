"""What expires, and how long it is kept after that: one entry a kind, for the purge.

What people and applications are known by (accounts, consents, subjects) is not here: it never
expires. The trail is kept by the seal, and `audit` purges it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from idp.config import DAY, MINUTE, Settings
from idp.models import (
    ActivityCount,
    AuditCheck,
    AuditCheckpoint,
    BrowserSession,
    ClientAssertion,
    DataExport,
    Grant,
    HolderImport,
    ImportLetters,
    ImportRow,
    InitialAccessToken,
    Interaction,
    Link,
    Message,
    MessageCount,
    NewChannel,
    OneTimeCode,
    PasskeyChallenge,
    RevokedToken,
    SessionClient,
    Throttle,
)

# The clocks of an API and of our machines differ by less.
SKEW = 5 * MINUTE


@dataclass(frozen=True)
class Kind:
    """Rows of no more use `kept(settings)` seconds after `since`. `owned` are the columns by which
    rows of other tables hang on them; they go with them, in the same transaction."""

    key: InstrumentedAttribute[Any]
    since: InstrumentedAttribute[Any]
    kept: Callable[[Settings], int]
    why: str
    only: ColumnElement[bool] | None = None
    owned: tuple[InstrumentedAttribute[int], ...] = ()

    @property
    def table(self) -> str:
        return table_of(self.key)

    def expired(self, settings: Settings, now: int) -> ColumnElement[bool]:
        due: ColumnElement[bool] = self.since <= now - self.kept(settings)
        return due if self.only is None else due & self.only


def _days(settings: Settings) -> int:
    return settings.ended_days * DAY


def _trail(settings: Settings) -> int:
    return settings.trail_days * DAY


def _counts(settings: Settings) -> int:
    return settings.counts_days * DAY


def _token_life(settings: Settings) -> int:
    """Until the last access token of a grant has died, for every verifier."""
    return settings.access_token_lifetime + SKEW


KINDS = (
    Kind(
        Interaction.id,
        since=Interaction.expires_at,
        kept=_days,
        why="expired; its pages have said so long enough, and its one-time codes are a day old",
        owned=(OneTimeCode.interaction_id,),
    ),
    Kind(
        Grant.id,
        since=Grant.code_expires_at,
        only=Grant.refresh_expires_at.is_(None),
        kept=_token_life,
        why="its code can no longer be used, and a second use has no token left to end",
    ),
    Kind(
        Grant.id,
        since=Grant.refresh_expires_at,
        kept=_token_life,
        why="its last refresh token has expired",
    ),
    Kind(
        Grant.id,
        since=Grant.revoked_at,
        kept=_token_life,
        why="it was ended, and the last token that a verifier might still take has died",
    ),
    Kind(
        RevokedToken.id,
        since=RevokedToken.expires_at,
        kept=lambda _: SKEW,
        why="the token that it says is revoked has expired",
    ),
    Kind(
        ClientAssertion.id,
        since=ClientAssertion.expires_at,
        kept=lambda _: SKEW,
        why="the assertion that it says is used has expired",
    ),
    Kind(
        InitialAccessToken.id,
        since=InitialAccessToken.expires_at,
        kept=lambda _: 0,
        why="nobody can register by it any more",
    ),
    Kind(
        PasskeyChallenge.id,
        since=PasskeyChallenge.expires_at,
        kept=lambda _: 0,
        why="no passkey may answer it any more",
    ),
    Kind(
        Link.id,
        since=Link.expires_at,
        kept=_days,
        why="nothing can be done by it any more, and its page has said so long enough",
    ),
    Kind(
        DataExport.id,
        since=DataExport.expires_at,
        kept=lambda _: 0,
        why="the day for which a copy of one's data lies ready is over",
    ),
    Kind(
        HolderImport.id,
        since=HolderImport.ended_at,
        # Letters that still lie there go first, by themselves.
        kept=lambda settings: max(settings.import_report_days, settings.letters_days + 1) * DAY,
        why="the report of a file of holders has been there long enough",
        owned=(ImportRow.import_id, ImportLetters.import_id),
    ),
    Kind(
        NewChannel.id,
        since=NewChannel.code_expires_at,
        only=NewChannel.confirmed_at.is_(None),
        kept=lambda _: 0,
        why="nobody typed its code in time",
    ),
    Kind(
        BrowserSession.id,
        since=BrowserSession.expires_at,
        kept=_days,
        why="expired; grants and trail name it by its number",
        owned=(SessionClient.session_id,),
    ),
    Kind(
        Message.id,
        since=Message.ended_at,
        kept=lambda settings: settings.message_days * DAY,
        why="sent, expired, voided or failed long ago",
    ),
    Kind(
        Throttle.subject,
        since=Throttle.updated_at,
        # The longest window is a day; a wait begins when the row is written.
        kept=lambda settings: max(DAY, settings.failures_longest_wait),
        why="its window is over, and nobody waits",
    ),
    Kind(
        AuditCheckpoint.id,
        since=AuditCheckpoint.signed_at,
        kept=_trail,
        why="a newer one vouches for all that is left",
    ),
    Kind(
        AuditCheck.id,
        since=AuditCheck.ended_at,
        kept=_trail,
        why="an old answer; the trail tells that it was asked",
    ),
    Kind(
        ActivityCount.id,
        since=ActivityCount.begins,
        kept=_counts,
        why="counts older than the dashboard shows",
    ),
    Kind(
        MessageCount.id,
        since=MessageCount.begins,
        kept=_counts,
        why="counts older than the dashboard shows",
    ),
)


def table_of(column: InstrumentedAttribute[Any]) -> str:
    return str(column.class_.__tablename__)

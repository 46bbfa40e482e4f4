"""What the holder is told: each change of a password, a channel or a factor, and a connection from
a new device. Each notice has a link that says "this was not me", and blocks the account."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from idp import clock
from idp.config import DAY
from idp.factors import links
from idp.messages import kinds
from idp.models import Account, LinkPurpose

PASSKEY_ADDED = "passkey_added"
PASSKEY_REMOVED = "passkey_removed"
TOTP_ADDED = "totp_added"
TOTP_REMOVED = "totp_removed"
RECOVERY_CODES_MADE = "recovery_codes_made"
RECOVERY_CODE_USED = "recovery_code_used"
PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a change
CHANNEL_ADDED = "channel_added"
CHANNEL_CHANGED = "channel_changed"
CHANNEL_REMOVED = "channel_removed"
CHANNEL_CANCELLED = "channel_cancelled"
NEW_DEVICE = "new_device"
NEW_LETTER = "new_letter"
ACCOUNT_BLOCKED = "account_blocked"

# Where there is nothing left to block.
WITHOUT_LINK = frozenset({ACCOUNT_BLOCKED})

# A notice may wait a week for a server that is down; its reader may be away for another.
LINK_LIFETIME = 14 * DAY


def tell(
    session: Session,
    account_id: int,
    what: str,
    locale: str | None = None,
    *,
    also: Sequence[tuple[str, str]] = (),
    browser: str = "",
) -> None:
    """By every channel: whoever did not do this learns of it. `wake.wake` follows the commit.

    `what` is one of the above; `locale` the account's own, unless told; `also` are channels that
    are not the account's any more, or not yet, as (kind, value): a change is told to the old one
    and to the new one. `browser` is as `Origin.user_agent` has it.
    """
    account = session.get_one(Account, account_id)
    token = None if what in WITHOUT_LINK else _link(session, account_id)
    for to in _destinations(account, locale, also):
        at = clock.now()
        kinds.security_notice(session, to, what=what, at=at, token=token, browser=browser)


def tell_activated(session: Session, account: Account, locale: str) -> None:
    """The same of an activation, which has words of its own."""
    token = _link(session, account.id)
    for to in _destinations(account, locale):
        kinds.password_activated(session, to, at=clock.now(), token=token)


def _link(session: Session, account_id: int) -> str:
    _, token = links.give(
        session, LinkPurpose.NOT_ME, account_id=account_id, lifetime=LINK_LIFETIME
    )
    return token


def _destinations(
    account: Account, locale: str | None, also: Sequence[tuple[str, str]] = ()
) -> list[kinds.Destination]:
    own = [(channel.kind, channel.value) for channel in account.channels]
    return [
        kinds.Destination(account.id, kind, value, locale or account.locale)
        for kind, value in dict.fromkeys([*own, *also])
    ]

"""What the holder is told of the account as a whole, and of the copy of its data."""

from sqlalchemy.orm import Session

from idp.messages import kinds
from idp.models import Account

EXPORT_READY = "export_ready"
CLOSING_ASKED = "closing_asked"
CLOSING_UNDONE = "closing_undone"
CLOSED = "closed"


def tell(session: Session, account: Account, event: str, *, at: int) -> None:
    """By every channel. `wake.wake` follows the commit."""
    for channel in account.channels:
        to = kinds.Destination(account.id, channel.kind, channel.value, account.locale)
        kinds.account_notice(session, to, event=event, at=at)

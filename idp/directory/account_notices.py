"""What the holder is told of the account as a whole, and of the copy of its data."""

from sqlalchemy.orm import Session

from idp.factors import links, notices
from idp.messages import kinds
from idp.models import Account, LinkPurpose

EXPORT_READY = "export_ready"
CLOSING_ASKED = "closing_asked"
CLOSING_SHUT = "closing_shut"
CLOSING_UNDONE = "closing_undone"
CLOSED = "closed"


def tell(session: Session, account: Account, event: str, *, at: int) -> None:
    """By every channel, with the link that says "this was not me" while there is an account to
    block. `wake.wake` follows the commit."""
    token = None if event in {CLOSING_SHUT, CLOSED} else _link(session, account.id)
    for channel in account.channels:
        to = kinds.Destination(account.id, channel.kind, channel.value, account.locale)
        kinds.account_notice(session, to, event=event, at=at, token=token)


def _link(session: Session, account_id: int) -> str:
    lifetime = notices.LINK_LIFETIME
    return links.give(session, LinkPurpose.NOT_ME, account_id=account_id, lifetime=lifetime)[1]

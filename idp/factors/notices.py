"""What the holder is told when a way to sign in is added, removed or used up."""

from sqlalchemy.orm import Session

from idp import clock
from idp.messages import kinds
from idp.models import Account

PASSKEY_ADDED = "passkey_added"
PASSKEY_REMOVED = "passkey_removed"
TOTP_ADDED = "totp_added"
TOTP_REMOVED = "totp_removed"
RECOVERY_CODES_MADE = "recovery_codes_made"
RECOVERY_CODE_USED = "recovery_code_used"
MAIL_CHANGED = "mail_changed"
MAIL_REMOVED = "mail_removed"
MOBILE_CHANGED = "mobile_changed"
MOBILE_REMOVED = "mobile_removed"


def tell(session: Session, account_id: int, change: str, locale: str) -> None:
    """By every channel: whoever did not do this learns of it. `wake.wake` follows the commit."""
    for channel in session.get_one(Account, account_id).channels:
        to = kinds.Destination(account_id, channel.kind, channel.value, locale)
        kinds.factor_changed(session, to, change=change, at=clock.now())

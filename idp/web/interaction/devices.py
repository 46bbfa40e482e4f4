"""A connection from a browser that the account has not used before is told to the holder."""

from sqlalchemy.orm import Session

from idp.factors import notices
from idp.messages import wake
from idp.web import visitor
from idp.web.current import settings
from idp.web.words import language


def recognise(session: Session, account_id: int, login_identifier: str) -> bool:
    """Whether the account knows this browser; from now on it does."""
    known = visitor.known_browser(login_identifier) is not None
    if not known:
        browser = visitor.origin().user_agent
        notices.tell(session, account_id, notices.NEW_DEVICE, language(), browser=browser)
    visitor.remember(login_identifier)
    return known


def announce(known: bool) -> None:
    """After the commit: the notice leaves at once."""
    if not known:
        wake.wake(settings())

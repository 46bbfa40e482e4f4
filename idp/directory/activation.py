"""The end of an activation, in one commit: the chosen password takes the place of the letter's,
the channel is confirmed, every channel is told, and the person is signed in."""

from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.crypto import b64decode
from idp.directory import sign_in
from idp.factors import initial_password, notices
from idp.models import Account, BrowserSession, Interaction


def complete(
    session: Session,
    settings: Settings,
    interaction: Interaction,
    *,
    channel: str,
    current: BrowserSession | None,
    locale: str,
    origin: audit.Origin,
) -> tuple[str, str] | None:
    """The session's cookie and the login identifier. None when the letter is worth nothing any
    more (another activation was first, a new letter was made, the account was blocked): then the
    interaction is back at its beginning."""
    account_id, chosen = interaction.account_id, dict(interaction.activation or {})
    assert account_id is not None
    used = b64decode(chosen["fingerprint"])
    if not initial_password.activate(session, account_id, chosen, used, origin):
        interaction.activation = interaction.account_id = None
        return None
    account = session.get_one(Account, account_id, populate_existing=True)
    opened, _ = sign_in.open_session(session, settings, account_id, current, origin)
    token = sign_in.raise_level(session, opened, channel, origin)
    notices.tell_activated(session, account, locale)
    interaction.authenticated_at = clock.now()
    interaction.activation = {"stage": "done", "channel": channel}
    return token, account.login_identifier

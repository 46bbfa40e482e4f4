"""What follows a second factor that was right: the session's level rises, under a new cookie."""

from flask.typing import ResponseReturnValue

from idp.directory import sign_in
from idp.web import visitor
from idp.web.current import database, settings
from idp.web.interaction.journey import Journey, proceed


def account_of(journey: Journey) -> int:
    """Who is asked for a second factor: the person signed in."""
    assert journey.live is not None
    return journey.live.account_id


def raise_level(journey: Journey, way: str, methods: str | None = None) -> ResponseReturnValue:
    """`way`: where a code came from (mail, sms, totp, recovery), or `passkey` with its methods.
    Somebody who left meanwhile raises nothing."""
    with database().writing() as session:
        known = visitor.session_token(journey.kind)
        current = sign_in.find(session, settings(), known, journey.kind)
        if current is None or current.account_id != account_of(journey):
            return proceed(journey)
        if methods is None:
            token = sign_in.raise_level(session, current, way, visitor.origin())
        else:
            token = sign_in.raise_by_passkey(session, current, methods, visitor.origin())
    visitor.set_session(token, journey.kind)
    return proceed(journey)

"""The end of a session in this browser, and the page that says goodbye: which applications were
told, and the frames by which the browser tells some of them."""

from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from idp import clock
from idp.config import MINUTE
from idp.directory import participants, sessions
from idp.directory.participants import Participant
from idp.models import BrowserSession, MessageState
from idp.oidc import frontchannel_logout
from idp.oidc.registered_client import RegisteredClient
from idp.web import cookies, security, visitor
from idp.web.current import database, provider, settings
from idp.web.rendering import client_view

PURPOSE = "farewell"
REMEMBERED = 10 * MINUTE  # long enough to reload the page and see who was told meanwhile


@dataclass(frozen=True)
class _Telling:
    """`frames` are the addresses that this page loads, `others` the applications to name."""

    frames: list[str]
    others: list[dict[str, Any]]


def sign_out(session_id: int) -> None:
    """End this browser's session; the pages that follow know which one it was."""
    with database().writing() as session:
        sessions.end(session, session_id, actor="holder", reason="logout", origin=visitor.origin())
    visitor.forget_session()
    g.farewell = session_id
    signed = provider().keyring.sign(PURPOSE, str(session_id).encode())
    visitor.set_cookie(cookies.names(settings()).farewell, signed, max_age=REMEMBERED)


def page(client: RegisteredClient | None, redirect_uri: str | None) -> ResponseReturnValue:
    """Goodbye: on the way back to the `client` that asked for it, at once if there is nobody else
    to tell or to speak of."""
    telling = _telling(client)
    if redirect_uri and not telling.frames and not telling.others:
        return redirect(redirect_uri, 303)
    for frame in telling.frames:
        security.allow_frame(frame)
    return render_template(
        "logged_out.html",
        client=client_view(client),
        frames=telling.frames,
        others=telling.others,
        continue_url=redirect_uri,
        back_url=client.client_uri if client else None,
        account_url="/account",
    )


def _telling(asking: RegisteredClient | None) -> _Telling:
    """The application that asked knows; it is told like any other, and not named."""
    telling = _Telling([], [])
    session_id = _just_ended()
    if session_id is None:
        return telling
    with database().reading() as session:
        took_part = participants.of(session, session_id)
    for each in took_part:
        client = provider().registry.client_by_pk(each.client_pk)
        if client is None:
            continue
        frames = frontchannel_logout.frames(provider(), client, session_id)
        telling.frames.extend(frames)
        if asking is None or client.pk != asking.pk:
            how = _how(each, by_frame=bool(frames))
            telling.others.append({**client_view(client), "how": how})
    return telling


def _how(participant: Participant, *, by_frame: bool) -> str:
    """What the page says of an application, by its name in the template."""
    if participant.told == MessageState.SENT:
        return "told"
    if participant.told == MessageState.WAITING:
        return "will_be_told"
    if by_frame:
        return "told_by_browser"
    return "not_reached" if participant.told else "cannot_be_told"


def _just_ended() -> int | None:
    """The session that this browser has ended in the last minutes."""
    session_id: int | None = g.get("farewell")
    if session_id is not None:
        return session_id
    kept = request.cookies.get(cookies.names(settings()).farewell, "")
    message = provider().keyring.verify(PURPOSE, kept)
    if message is None:
        return None
    with database().reading() as session:
        ended = session.get(BrowserSession, int(message))
    recent = ended is not None and (ended.ended_at or 0) > clock.now() - REMEMBERED
    return int(message) if recent else None

"""From a recovery back to the application: the interaction that led here, for as long as it lives
and in the browser that began it."""

import re

from flask import request
from sqlalchemy import select

from idp import clock
from idp.crypto import digest
from idp.models import Interaction
from idp.web import visitor
from idp.web.current import database

WITHOUT_APPLICATION = "/sign-in"
HANDLE = re.compile(r"[A-Za-z0-9_-]{22}")


def handle() -> str | None:
    """The one that the address names, if it can be one."""
    named = request.args.get("interaction", "")
    return named if HANDLE.fullmatch(named) else None


def to_letter(named: str | None) -> str:
    """Where one activates the account, in that interaction or without an application."""
    way = to(named)
    return "/activation" if way == WITHOUT_APPLICATION else f"{way}/password?account=letter"


def to(named: str | None) -> str:
    """Where one signs in: in that interaction, or without an application."""
    key = visitor.browser().key
    if named is None or key is None or not HANDLE.fullmatch(named):
        return WITHOUT_APPLICATION
    mine = select(Interaction.id).where(
        Interaction.handle_hash == digest(named),
        Interaction.browser_hash == digest(key),
        Interaction.ended_at.is_(None),
        Interaction.expires_at > clock.now(),
    )
    with database().reading() as session:
        lives = session.scalar(mine) is not None
    return f"/interaction/{named}" if lives else WITHOUT_APPLICATION

"""Where a security notice's "this was not me" leads: a question, and a button that blocks."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp.directory import emergency
from idp.directory.emergency import OwnMotive
from idp.factors import links
from idp.messages import wake
from idp.models import Account, AccountState, Link, LinkPurpose
from idp.web import visitor
from idp.web.current import database, settings
from idp.web.recovery import link_pages
from idp.web.rendering import moment
from idp.web.words import language

not_me = Blueprint("not_me", __name__, url_prefix="/not-me")


@not_me.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """A mail scanner comes here too: nothing is done."""
    with database().reading() as session:
        link = links.named(session, token, LinkPurpose.NOT_ME)
        if link is not None and _is_blocked(session, link):
            return link_pages.blocked()
        if links.find(session, token, LinkPurpose.NOT_ME) is None:
            return link_pages.over(link is not None)
        assert link is not None
        return render_template(
            "recovery/not_me.html",
            action=url_for("not_me.block", token=token),
            told_at=moment(link.created_at),
        )


@not_me.post("/<token>")
def block(token: str) -> ResponseReturnValue:
    with database().writing() as session:
        link = links.find(session, token, LinkPurpose.NOT_ME)
        if link is not None and links.use(session, link):
            assert link.account_id is not None
            emergency.block(
                session,
                link.account_id,
                motive=OwnMotive.NOT_ME,
                locale=language(),
                origin=visitor.origin(),
            )
    wake.wake(settings())
    return redirect(url_for("not_me.show", token=token), 303)


def _is_blocked(session: Session, link: Link) -> bool:
    account = session.get(Account, link.account_id)
    return account is not None and account.state == AccountState.BLOCKED

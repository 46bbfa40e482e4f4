"""Where somebody begins who has lost the password or the identifier. Every answer is the same,
whether or not there is such a person."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.identity.contact import folded
from idp.messages import kinds
from idp.web import visitor
from idp.web.common_forms import LONGEST_IDENTIFIER
from idp.web.current import database, settings
from idp.web.recovery import asking, ways_back
from idp.web.recovery.forms import LONGEST_CONTACT, ContactForm, IdentifierForm
from idp.web.refusals import Said, tell

lost = Blueprint("lost", __name__)


@lost.get("/forgotten")
def forgotten() -> str:
    return render_template(
        "recovery/forgotten.html",
        password_url=url_for("lost.password", interaction=ways_back.handle()),
        identifier_url=url_for("lost.identifier", interaction=ways_back.handle()),
        emergency_url=url_for("emergency.ask"),
        activation_url=ways_back.to_letter(ways_back.handle()),
        back_url=ways_back.to(ways_back.handle()),
    )


@lost.get("/recovery/password")
def password() -> ResponseReturnValue:
    return _password_page(IdentifierForm(), [])


@lost.post("/recovery/password")
def password_asked() -> ResponseReturnValue:
    form = IdentifierForm()
    identifier, problems = asking.read_identifier((form.identifier.data or "")[:LONGEST_IDENTIFIER])
    if identifier is not None:
        browser = visitor.known_browser(identifier)
        problems = asking.count(kinds.PASSWORD_LOST, identifier, browser)
    if identifier is None or problems:
        return _password_page(form, problems), 400
    with database().writing() as session:
        asking.ask(session, kinds.PASSWORD_LOST, identifier, interaction=ways_back.handle())
    return redirect(url_for("lost.password_sent", interaction=ways_back.handle()), 303)


@lost.get("/recovery/password/sent")
def password_sent() -> ResponseReturnValue:
    return _sent("recovery/password_sent.html")


@lost.get("/recovery/identifier")
def identifier() -> ResponseReturnValue:
    return _identifier_page(ContactForm(), [])


@lost.post("/recovery/identifier")
def identifier_asked() -> ResponseReturnValue:
    form = ContactForm()
    contact, problems = asking.read_contact((form.contact.data or "")[:LONGEST_CONTACT])
    if contact is not None:
        problems = asking.count(kinds.IDENTIFIER_LOST, folded(contact), None)
    if contact is None or problems:
        return _identifier_page(form, problems), 400
    with database().writing() as session:
        asking.ask(session, kinds.IDENTIFIER_LOST, contact)
    return redirect(url_for("lost.identifier_sent", interaction=ways_back.handle()), 303)


@lost.get("/recovery/identifier/sent")
def identifier_sent() -> ResponseReturnValue:
    return _sent("recovery/identifier_sent.html")


def _sent(template: str) -> ResponseReturnValue:
    return render_template(
        template,
        minutes=settings().recovery_lifetime // 60,
        back_url=ways_back.to(ways_back.handle()),
        forgotten_url=url_for("lost.forgotten", interaction=ways_back.handle()),
    )


def _password_page(form: IdentifierForm, problems: list[Said]) -> str:
    return _page("recovery/password.html", form, problems, "lost.password_asked")


def _identifier_page(form: ContactForm, problems: list[Said]) -> str:
    return _page("recovery/identifier.html", form, problems, "lost.identifier_asked")


def _page(
    template: str, form: IdentifierForm | ContactForm, problems: list[Said], endpoint: str
) -> str:
    return render_template(
        template,
        form=form,
        errors=tell(form, problems),
        action=url_for(endpoint, interaction=ways_back.handle()),
        forgotten_url=url_for("lost.forgotten", interaction=ways_back.handle()),
    )

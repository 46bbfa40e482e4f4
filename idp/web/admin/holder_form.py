"""Enrolling a holder, and correcting one who is there: the same form."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from idp import audit
from idp.directory import corrections, holders
from idp.directory.accounts import WrongState
from idp.directory.authority import Target, Verb
from idp.directory.corrections import Corrected, Motive, NothingChanged
from idp.directory.enrolment import InvalidEnrolment, Problem
from idp.directory.holders import AlreadyEnrolled
from idp.messages import wake
from idp.models import Account, Organisation
from idp.web.admin import holder_draft as drafts
from idp.web.admin import holder_words as words
from idp.web.admin.holder_draft import Draft
from idp.web.admin.holder_letter import handed_over
from idp.web.admin.holders import back, holder, view
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, settings
from idp.web.words import _

admin_holder_form = Blueprint("admin_holder_form", __name__, url_prefix="/admin/holders")


@admin_holder_form.get("/new")
@operated(Verb.HOLDER_ENROL)
def new(visit: Visit) -> ResponseReturnValue:
    own = visit.operator.organisation.name
    return _page(visit, drafts.of_form({"organisation": own}), None)


@admin_holder_form.post("/new")
@operated(Verb.HOLDER_ENROL)
def enrol(visit: Visit) -> ResponseReturnValue:
    """The page that answers hands over the letter; sent again, the form finds its holder there."""
    draft = drafts.of_form(request.form)
    # Not looked up by what was typed, which may be text that a database does not take.
    rows = visit.session.execute(select(Organisation.name, Organisation.id))
    known = {row.name: row.id for row in rows}
    organisation_id = known.get(draft.texts["organisation"])
    visit.mandate.check(Verb.HOLDER_ENROL, Target(organisation_id))
    if organisation_id is None:
        draft.wrong([Problem("organisation", "missing", "")])
        return _page(visit, draft, None), 400
    try:
        made = holders.enrol(database(), settings(), draft.entered, actor="operator")
    except (InvalidEnrolment, AlreadyEnrolled) as refusal:
        draft.wrong(_found(refusal))
        return _page(visit, draft, None), 400
    return handed_over(visit, made.login_identifier, made.valid_until, made.letter, enrolled=True)


@admin_holder_form.get("/<identifier>/correct")
@operated(Verb.HOLDER_CORRECT, holder)
def ask_correction(visit: Visit, account: Account) -> ResponseReturnValue:
    """The form shows the NIR: that is a look at it."""
    try:
        present = corrections.present(visit.session, account.login_identifier)
    except WrongState:
        return _closed(account)
    with database().writing() as session:
        audit.record(
            session, "holder.identifiers_consulted", actor="operator", account_id=account.id
        )
    return _page(visit, drafts.of_enrolment(present), account)


@admin_holder_form.post("/<identifier>/correct")
@operated(Verb.HOLDER_CORRECT, holder)
def correct(visit: Visit, account: Account) -> ResponseReturnValue:
    draft = drafts.of_form(request.form)
    motive = request.form.get("motive", "")
    if motive not in list(Motive):
        draft.wrong([Problem("motive", "missing", "")])
        return _page(visit, draft, account), 400
    try:
        done = _correct(account, draft, Motive(motive))
    except (InvalidEnrolment, AlreadyEnrolled) as refusal:
        draft.wrong(_found(refusal))
        return _page(visit, draft, account), 400
    except NothingChanged:
        flash(_("Rien n’a changé : ce que vous avez saisi est ce qui est inscrit."), "info")
        return back(account)
    except WrongState:
        return _closed(account)
    wake.wake(settings())
    told = _("C’est corrigé ; le titulaire en est averti.")
    again = _("L’INS-C a été recalculé : l’ancien reste dans l’historique.")
    flash(f"{told} {again}" if done.new_ins_c else told, "success")
    return back(account)


def _correct(account: Account, draft: Draft, motive: Motive) -> Corrected:
    with database().writing() as session:
        return corrections.correct(
            session,
            database().keyring,
            account.login_identifier,
            draft.entered,
            motive=motive,
            actor="operator",
        )


def _found(refusal: InvalidEnrolment | AlreadyEnrolled) -> tuple[Problem, ...]:
    if isinstance(refusal, InvalidEnrolment):
        return refusal.found
    return (Problem("nir", "ins_c_known" if refusal.by_ins_c else "known", ""),)


def _page(visit: Visit, draft: Draft, account: Account | None) -> str:
    labels = words.labels()
    own = visit.mandate.within(Verb.HOLDER_ENROL)
    names = select(Organisation.name).order_by(Organisation.name)
    return page(
        "holder_form",
        visit,
        draft=draft,
        holder=view(account) if account else None,
        labels=labels,
        errors=[(name, labels[name], wrongs[0]) for name, wrongs in draft.problems.items()],
        organisations=visit.session.scalars(
            names.where(Organisation.id == own) if own is not None else names
        ).all(),
        motives=words.choices(Motive),
        motive=request.form.get("motive", ""),
    )


def _closed(account: Account) -> ResponseReturnValue:
    flash(_("Ce compte est fermé : rien ne s’y corrige plus."), "info")
    return back(account)

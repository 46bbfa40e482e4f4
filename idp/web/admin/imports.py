"""Files of holders to enrol: sent, looked at before anything is made, and what became of them."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.directory import (
    holder_imports,
    import_file,
    import_letters,
    import_report,
    operators,
    spreadsheet,
)
from idp.directory.authority import Target, Verb
from idp.directory.holder_imports import Counts
from idp.directory.import_file import InvalidFile
from idp.identity import login_identifier
from idp.models import HolderImport, ImportRow, ImportState, Organisation, RowState
from idp.web.admin import import_words as words
from idp.web.admin import paging
from idp.web.admin.visit import Found, Visit, operated, page
from idp.web.current import database, settings
from idp.web.rendering import language, moment
from idp.web.words import _

admin_imports = Blueprint("admin_holder_imports", __name__, url_prefix="/admin/imports")

SHOWN = 50
BIGGEST_KEY = 2**63 - 1
ERRORS, ALL = "errors", "all"


def holder_import(session: Session, import_id: str) -> Found:
    """The import that the address names, or 404."""
    number = int(import_id) if import_id.isascii() and import_id.isdecimal() else 0
    found = holder_imports.find(session, number) if 0 < number <= BIGGEST_KEY else None
    if found is None:
        abort(404)
    return found, Target(found.organisation_id)


@admin_imports.get("")
@operated(Verb.HOLDER_IMPORT)
def index(visit: Visit) -> ResponseReturnValue:
    return _index(visit, visit.operator.organisation.name, None)


@admin_imports.post("")
@operated(Verb.HOLDER_IMPORT)
def upload(visit: Visit) -> ResponseReturnValue:
    """Checked at once; the page that follows says what was found."""
    typed = request.form.get("organisation", "")
    # Not looked up by what was typed, which may be text that a database does not take.
    rows = visit.session.execute(select(Organisation.name, Organisation.id)).all()
    organisation_id = {name: key for name, key in rows}.get(typed)  # noqa: C416 - rows are no pairs
    visit.mandate.check(Verb.HOLDER_IMPORT, Target(organisation_id))
    file = request.files.get("file")
    if organisation_id is None or file is None or not file.filename:
        wrong = (_("Choisissez un fichier"), _("Celui que vous avez enregistré au format CSV."))
        return _index(visit, typed, wrong), 400
    try:
        made = holder_imports.check(
            database(), settings(), file.read(), organisation_id, actor="operator"
        )
    except InvalidFile as refusal:
        return _index(visit, typed, words.file(refusal)), 400
    return redirect(url_for("admin_holder_imports.show", import_id=made), 303)


@admin_imports.get("/model")
@operated(Verb.HOLDER_IMPORT)
def model(visit: Visit) -> ResponseReturnValue:
    return _as_file(import_file.model(), "text/csv", "modele-titulaires.csv")


@admin_imports.get("/<import_id>")
@operated(Verb.HOLDER_IMPORT, holder_import)
def show(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    counts = holder_imports.counts(visit.session, found.id)
    only = _only(found, counts)
    asked = paging.asked(only=only)
    errors = only == ERRORS
    rows = import_report.rows(
        visit.session, found.id, errors=errors, offset=asked.offset, limit=paging.SIZE
    )
    earlier = holder_imports.earlier(visit.session, found)
    return page(
        "import",
        visit,
        it=_view(visit, found, counts),
        letters=_letters(visit, found),
        earlier=_line(earlier) if earlier and found.state == ImportState.CHECKED else None,
        rows=[_row(row) for row in rows],
        only=only,
        pages=asked.view(import_report.count(visit.session, found.id, errors=errors)),
        may_letter=visit.mandate.may(Verb.HOLDER_RELETTER, Target(found.organisation_id)),
    )


@admin_imports.get("/<import_id>/report")
@operated(Verb.HOLDER_IMPORT, holder_import)
def report(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    """For a spreadsheet, in the page's language."""
    headings = [_("Ligne"), _("Issue"), _("Identifiant de connexion"), _("Ce qui ne va pas")]
    table = import_report.as_table(
        import_report.rows(visit.session, found.id, errors=request.args.get("only") == ERRORS),
        headings,
        lambda state: words.row_state(state)[1],
        words.problem,
        spreadsheet.SEPARATORS[language()],
    )
    return _as_file(b"".join(table), "text/csv", f"rapport-{found.id}.csv")


def _only(found: HolderImport, counts: Counts) -> str:
    """Before anything is made, what is wrong is what one wants to see."""
    asked = request.args.get("only", "")
    if asked in {ERRORS, ALL}:
        return asked
    wrong = counts.of(RowState.WRONG)
    return ERRORS if wrong and found.state == ImportState.CHECKED else ALL


def _as_file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=kind, headers=headers)


def _index(visit: Visit, organisation: str, wrong: tuple[str, str] | None) -> str:
    own = visit.mandate.within(Verb.HOLDER_IMPORT)
    names = select(Organisation.name).order_by(Organisation.name)
    latest = holder_imports.latest(visit.session, own, SHOWN)
    return page(
        "imports",
        visit,
        imports=[_listed(visit, found) for found in latest],
        organisations=visit.session.scalars(
            names.where(Organisation.id == own) if own is not None else names
        ).all(),
        organisation=organisation,
        columns=words.columns(),
        rows=settings().import_rows,
        kilobytes=settings().import_kilobytes,
        wrong=wrong,
        errors=[("file", *wrong)] if wrong else [],
    )


def _line(found: HolderImport) -> dict[str, Any]:
    return {
        "id": found.id,
        "at": moment(found.created_at),
        "organisation": found.organisation.name,
        "state": found.state,
        "badge": words.state(found.state),
    }


def _listed(visit: Visit, found: HolderImport) -> dict[str, Any]:
    counts = holder_imports.counts(visit.session, found.id)
    return _line(found) | _numbers(counts) | {"by": _name(visit, found.actor_id)}


def _numbers(counts: Counts) -> dict[str, int]:
    return {
        "total": counts.total,
        "done": counts.done,
        "ready": counts.of(RowState.READY),
        "enrolled": counts.of(RowState.ENROLLED, RowState.LETTERING),
        "wrong": counts.of(RowState.WRONG),
        "errors": counts.of(*holder_imports.ERRORS),
        "cancelled": counts.of(RowState.CANCELLED),
    }


def _view(visit: Visit, found: HolderImport, counts: Counts) -> Mapping[str, Any]:
    return (
        _line(found)
        | _numbers(counts)
        | {
            "by": _name(visit, found.actor_id),
            "until": moment(found.expires_at),
            "running": found.state == ImportState.RUNNING,
        }
    )


def _letters(visit: Visit, found: HolderImport) -> Mapping[str, Any]:
    """What there is to say of the letters; they are for one operator."""
    lying = import_letters.waiting(visit.session, found.id)
    return {
        "state": found.letters_state,
        "at": moment(found.letters_at),
        "count": lying.letters if lying else 0,
        "until": moment(lying.expires_at) if lying else None,
        "mine": import_letters.may_take(found, visit.mandate),
        "whose": _name(visit, found.letters_for),
    }


def _name(visit: Visit, account_id: int | None) -> str:
    operator = operators.of_account(visit.session, account_id) if account_id else None
    return operator.name if operator else _("la ligne de commande")


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "badge": words.row_state(row.state),
        "identifier": row.login_identifier,
        "shown": row.login_identifier and login_identifier.display(row.login_identifier),
        "problems": words.problems(row.problems),
    }

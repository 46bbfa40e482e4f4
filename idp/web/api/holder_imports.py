"""Files of holders to enrol: sent as CSV, confirmed, followed, and their letters fetched once."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from flask import abort
from sqlalchemy.orm import Session

from idp.directory import holder_imports, import_letters, import_report
from idp.directory.authority import Target, Verb
from idp.directory.documents import Document, InvalidMetadata
from idp.directory.holder_imports import NotNow
from idp.directory.import_file import InvalidFile
from idp.directory.organisations import UnknownOrganisation
from idp.directory.organisations import find as find_organisation
from idp.directory.own_resources import HOLDERS_MANAGE, HOLDERS_READ
from idp.models import HolderImport, ImportRow, RowState
from idp.web.api.caller import Call
from idp.web.api.clients import moment
from idp.web.api.operations import Answer, Found, Said, operation
from idp.web.api.parameters import LIMIT, USUAL, Choice, Cursor
from idp.web.current import database, settings

BIGGEST_KEY = 2**63 - 1
MEMBERS = ("organisation", "file")


def holder_import(session: Session, import_id: str) -> Found:
    number = int(import_id) if import_id.isascii() and import_id.isdecimal() else 0
    found = holder_imports.find(session, number) if 0 < number <= BIGGEST_KEY else None
    if found is None:
        abort(404)
    return found, Target(found.organisation_id)


@operation("POST", "/holder-imports", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_MANAGE, answer="HolderImport", status=201,
    body="ImportFile", refusals=(422,),
    summary="Send a CSV file of people to enrol, in base64. It is checked line by line; nothing is "
    "made before it is confirmed.",
))  # fmt: skip
def import_holders(call: Call) -> Answer:
    document = Document(call.body, MEMBERS)
    name, file = (document.text_of_any_length(member) for member in MEMBERS)
    for member, value in zip(MEMBERS, (name, file), strict=True):
        if value is None and not document.has(member):
            document.complain(member, "is missing")
        elif value is not None and not value.isprintable():
            document.complain(member, "is not a line of text")
    document.finish()
    try:
        organisation_id = find_organisation(call.session, str(name)).id
        call.mandate.check(Verb.HOLDER_IMPORT, Target(organisation_id))
        content = base64.b64decode(str(file), validate=True)
        made = holder_imports.check(
            database(), settings(), content, organisation_id, actor="operator"
        )
    except UnknownOrganisation as refusal:
        raise InvalidMetadata(f"organisation: {refusal}") from refusal
    except (binascii.Error, ValueError) as error:
        raise InvalidMetadata("file: is not base64") from error
    except InvalidFile as refusal:
        raise InvalidMetadata(f"file: {refusal}") from refusal
    return _told(made, 201)


@operation("GET", "/holder-imports", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_READ, answer="HolderImportList",
    summary="The files that the roles reach, the last sent first.", query=(LIMIT,),
))  # fmt: skip
def list_imports(call: Call) -> Answer:
    own = call.mandate.within(Verb.HOLDER_IMPORT)
    found = holder_imports.latest(call.session, own, int(call.query.get("limit", USUAL)))
    return {"imports": [_line(call.session, one) for one in found]}, 200, {}


@operation("GET", "/holder-imports/{import_id}", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_READ, finds=holder_import, answer="HolderImport",
    summary="How far an import is.",
))  # fmt: skip
def read_import(call: Call, found: HolderImport) -> Answer:
    return _line(call.session, found), 200, {}


@operation("GET", "/holder-imports/{import_id}/lines", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_READ, finds=holder_import, answer="ImportLineList",
    summary="What became of each line, in the file’s order; neither names nor numbers.",
    query=(
        Choice("only", "Those alone that came to nothing.", ("errors",)),
        Cursor("after", "The line that the page before ended with: its `next`."),
        LIMIT,
    ),
))  # fmt: skip
def read_import_lines(call: Call, found: HolderImport) -> Answer:
    limit = int(call.query.get("limit", USUAL))
    rows = import_report.rows(
        call.session, found.id, errors="only" in call.query,
        after=int(call.query.get("after", 0)), limit=limit + 1,
    )  # fmt: skip
    shown = rows[:limit]
    following = str(shown[-1].line) if len(rows) > limit else None
    return {"lines": [_row(row) for row in shown], "next": following}, 200, {}


@operation("POST", "/holder-imports/{import_id}/confirm", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_MANAGE, finds=holder_import, answer="HolderImport",
    summary="Enrol everybody who is ready; the worker does it.", refusals=(409,),
))  # fmt: skip
def confirm_import(call: Call, found: HolderImport) -> Answer:
    return _done(found, lambda it: holder_imports.confirm(it, found.id, actor="operator"))


@operation("POST", "/holder-imports/{import_id}/pause", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_MANAGE, finds=holder_import, answer="HolderImport",
    summary="Enrol nobody more until it is resumed.", refusals=(409,),
))  # fmt: skip
def pause_import(call: Call, found: HolderImport) -> Answer:
    return _done(found, lambda it: holder_imports.pause(it, settings(), found.id, actor="operator"))


@operation("POST", "/holder-imports/{import_id}/resume", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_MANAGE, finds=holder_import, answer="HolderImport",
    summary="Go on where it was paused.", refusals=(409,),
))  # fmt: skip
def resume_import(call: Call, found: HolderImport) -> Answer:
    return _done(found, lambda it: holder_imports.resume(it, found.id, actor="operator"))


@operation("POST", "/holder-imports/{import_id}/cancel", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_MANAGE, finds=holder_import, answer="HolderImport",
    summary="Wipe what is not done; who is enrolled stays so, and gets a letter.", refusals=(409,),
))  # fmt: skip
def cancel_import(call: Call, found: HolderImport) -> Answer:
    return _done(found, lambda it: holder_imports.cancel(it, found.id, actor="operator"))


@operation("POST", "/holder-imports/{import_id}/letters", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_MANAGE, finds=holder_import, answer="ImportLetters",
    summary="Fetch the letters, one PDF in base64: once, by whom they are for, and gone after.",
    refusals=(409,),
))  # fmt: skip
def take_letters(call: Call, found: HolderImport) -> Answer:
    if import_letters.waiting(call.session, found.id) is None:
        raise NotNow("The letters were fetched already, have expired, or are not made yet.")
    import_letters.check_taker(found, call.mandate)
    with database().writing() as session:
        pdf = import_letters.take(session, found.id, actor="operator")
    return {"letters": base64.b64encode(pdf).decode()}, 200, {}


@operation("POST", "/holder-imports/{import_id}/new-letters", Said(
    verb=Verb.HOLDER_IMPORT, scope=HOLDERS_MANAGE, finds=holder_import, answer="HolderImport",
    summary="New letters, for you, to whoever has not activated yet, in the place of letters that "
    "were fetched or have expired. Asks `holder.reletter` too.", refusals=(409,),
))  # fmt: skip
def renew_letters(call: Call, found: HolderImport) -> Answer:
    call.mandate.check(Verb.HOLDER_RELETTER, Target(found.organisation_id))
    return _done(found, lambda it: import_letters.renew(it, found.id, actor="operator"))


def _done(found: HolderImport, act: Callable[[Session], object]) -> Answer:
    with database().writing() as session:
        act(session)
    return _told(found.id, 200)


def _told(import_id: int, status: int) -> Answer:
    with database().reading() as session:
        return _line(session, session.get_one(HolderImport, import_id)), status, {}


def _line(session: Session, found: HolderImport) -> dict[str, Any]:
    counts = holder_imports.counts(session, found.id)
    lying = import_letters.waiting(session, found.id)
    return {
        "import_id": str(found.id),
        "organisation": found.organisation.name,
        "state": found.state,
        "created_at": moment(found.created_at),
        "ended_at": moment(found.ended_at),
        "counts": {state.value: counts.of(state) for state in RowState},
        "letters": found.letters_state,
        "letters_expire_at": moment(lying.expires_at) if lying else None,
    }


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "state": row.state,
        "login_identifier": row.login_identifier,
        "problems": [
            {
                "column": import_report.column(str(each["field"])),
                "reason": str(each["reason"]),
                "detail": str(each["sentence"]),
            }
            for each in row.problems
        ],
    }

"""The trace of accesses: every event that the trail keeps of an account, filtered, a page at a
time, or all of it as a table to keep."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, get_template_attribute, render_template, request, url_for
from flask.typing import ResponseReturnValue

from idp import clock
from idp.config import DAY
from idp.directory import spreadsheet
from idp.web.account import accesses
from idp.web.account.accesses import GROUPS, REFUSALS, Wanted
from idp.web.account.visit import Visit, urls, visited
from idp.web.current import settings
from idp.web.words import _, language

trace = Blueprint("trace", __name__, url_prefix="/account")

SIZE = 25
MOST_ROWS = 20_000
LARGEST_ID = 2**63
PERIODS = (7, 30, 90)  # days; the longest one is the trail's own


@trace.get("/accesses")
@visited
def show(visit: Visit) -> ResponseReturnValue:
    found = accesses.find(visit, wanted := _wanted(), SIZE + 1)
    path = urls()["accesses"]
    more, found = len(found) > SIZE, found[:SIZE]
    return render_template(
        "account/accesses.html",
        urls=urls(),
        accesses=found,
        wanted=wanted,
        days=_days(),
        groups=_groups(),
        applications=accesses.applications(visit),
        periods=[*PERIODS, settings().trail_days],
        older_url=_address(path, before=found[-1]["id"]) if more else None,
        newest_url=_address(path) if wanted.before is not None else None,
        table_url=_address(url_for("trace.table")),
    )


@trace.get("/accesses.csv")
@visited
def table(visit: Visit) -> ResponseReturnValue:
    # The page's own words, without its tags.
    words = get_template_attribute("macros/account.html", "event_words")
    head = (_("Date"), _("Événement"), _("Application"), _("Navigateur"), _("Adresse réseau"))
    rows = [
        (
            each["at"].isoformat(),
            str(words(each).striptags()),
            each["application"] or "",
            " / ".join(filter(None, (each["browser"], each["system"]))),
            each["address"] or "",
        )
        for each in accesses.find(visit, _wanted(), MOST_ROWS)
    ]
    separator = spreadsheet.SEPARATORS[language()]
    lines = [spreadsheet.line(cells, separator) for cells in (head, *rows)]
    response = Response(spreadsheet.BYTE_ORDER_MARK + b"".join(lines), mimetype="text/csv")
    name = _("acces")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _groups() -> dict[str, str]:
    return {
        "connections": _("Connexions et déconnexions"),
        "applications": _("Applications"),
        "changes": _("Changements de vos moyens de connexion"),
        "data": _("Copie de vos données, fermeture du compte"),
        "assistance": _("Actes de l’assistance et de l’organisme"),
        REFUSALS: _("Tentatives refusées"),
    }


def _wanted() -> Wanted:
    """What the address asks for; what cannot be read is not asked for."""
    group = request.args.get("kind")
    days = _days()
    return Wanted(
        group if group in {*GROUPS, REFUSALS} else None,
        _number("application"),
        clock.now() - days * DAY if days else None,
        _number("before"),
    )


def _days() -> int | None:
    days = _number("days")
    return days if days in PERIODS else None


def _number(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 <= number < LARGEST_ID else None


def _address(path: str, **more: Any) -> str:
    """With the filter that is in force."""
    kept = {name: request.args.get(name, "") for name in ("kind", "application", "days")}
    query = urlencode({name: value for name, value in (kept | more).items() if value})
    return f"{path}?{query}" if query else path

"""The dashboard: figures of a period, as charts with a table of the same numbers beneath each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from idp.directory import clients, dashboard, french_day, periods, spreadsheet
from idp.directory.authority import Target, Verb
from idp.directory.clients import UnknownClient
from idp.directory.dashboard import Figures
from idp.directory.periods import NoPeriod, Period, Span
from idp.models import Client
from idp.web.admin import chart
from idp.web.admin import dashboard_panels as panels
from idp.web.admin import dashboard_words as words
from idp.web.admin.visit import Visit, operated, page
from idp.web.rendering import language
from idp.web.words import _

admin_dashboard = Blueprint("admin_dashboard", __name__, url_prefix="/admin/dashboard")

FIELDS = ("period", "since", "until", "application")
LONGEST = 100
Problem = tuple[str, str, str]


@dataclass
class Asked:
    """What was typed, and what it means; `errors` as the page shows them."""

    typed: dict[str, str]
    span: Span
    client: Client | None = None
    errors: list[Problem] = field(default_factory=list)


@admin_dashboard.get("")
@operated(Verb.DASHBOARD_READ)
def index(visit: Visit) -> ResponseReturnValue:
    asked = _asked(visit)
    figures = _figures(visit, asked)
    query = urlencode({name: text for name, text in asked.typed.items() if text})
    answer = page(
        "dashboard",
        visit,
        asked=asked.typed,
        errors=asked.errors,
        periods=words.periods(),
        applications=dashboard.choices(visit.session, visit.mandate.within(Verb.DASHBOARD_READ)),
        chosen=asked.client,
        figures=figures,
        empty=not any(map(bool, _everything(figures))),
        sections=panels.sections(figures, of_one=asked.client is not None),
        delays=panels.delays_said(figures.messages.overall),
        channel=words.channel,
        seconds=words.seconds,
        chart=chart,
        export=f"{url_for('admin_dashboard.export')}?{query}",
    )
    return (answer, 400) if asked.errors else answer


@admin_dashboard.get("/export")
@operated(Verb.DASHBOARD_READ)
def export(visit: Visit) -> ResponseReturnValue:
    """A panel's table, for a spreadsheet."""
    asked, name = _asked(visit), request.args.get("table", "")
    if asked.errors:
        abort(400)
    shown = panels.sections(_figures(visit, asked), of_one=asked.client is not None)
    found = [panel for section in shown for panel in section.panels if panel.name == name]
    if not found:
        abort(400)
    file = f"{name}-{french_day.today():%Y-%m-%d}.csv"
    return Response(
        b"".join(_lines(found[0].table)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _lines(table: panels.Table) -> Iterator[bytes]:
    separator = spreadsheet.SEPARATORS[language()]
    head = [
        _("%(column)s (secondes)", column=name) if number in table.seconds else name
        for number, name in enumerate(table.head)
    ]
    yield spreadsheet.BYTE_ORDER_MARK + spreadsheet.line(head, separator)
    for row in table.rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        yield spreadsheet.line(cells, separator)


def _figures(visit: Visit, asked: Asked) -> Figures:
    return dashboard.figures(
        visit.session,
        asked.span,
        client_pk=asked.client.id if asked.client else None,
        within=visit.mandate.within(Verb.DASHBOARD_READ),
    )


def _everything(figures: Figures) -> Iterator[int]:
    messages = figures.messages
    for counted in (figures.connections, figures.failures, figures.tokens, messages.ends):
        yield counted.total
    yield sum(waiting.number for waiting in messages.waiting.values())


def _asked(visit: Visit) -> Asked:
    typed = {name: request.args.get(name, "").strip()[:LONGEST] for name in FIELDS}
    typed["period"] = typed["period"] or Period.MONTH
    asked = Asked(typed, periods.latest(Period.MONTH))
    try:
        asked.span = _span(typed)
    except NoPeriod as refusal:
        asked.errors.append(("until", _problem(refusal.reason), ""))
    asked.client = _client(visit, asked)
    return asked


def _span(typed: dict[str, str]) -> Span:
    """Raises NoPeriod."""
    if typed["period"] != words.DATES:
        return periods.asked(typed["period"])
    return periods.asked("", typed["since"] or "-", typed["until"] or "-")


def _problem(reason: str) -> str:
    return {
        "reversed": _("La période finit avant de commencer"),
        "too_long": _("La période dépasse %(days)s jours", days=periods.LONGEST),
        "dates": _("Donnez le premier et le dernier jour de la période"),
    }.get(reason, _("Ce filtre ne se lit pas"))


def _client(visit: Visit, asked: Asked) -> Client | None:
    """Asked of the roles with it in hand."""
    name = asked.typed["application"]
    if not name:
        return None
    try:
        client = clients.find(visit.session, name) if name.isprintable() else None
    except UnknownClient:
        client = None
    if client is None:
        asked.errors.append(("application", _("Aucune application ne s’appelle ainsi"), ""))
        return None
    visit.mandate.check(Verb.DASHBOARD_READ, Target(client.organisation_id, client_id=client.id))
    return client

"""What happened, in numbers."""

from flask import abort

from idp.directory import clients, dashboard, dashboard_document, periods
from idp.directory.authority import Target, Verb
from idp.directory.clients import UnknownClient
from idp.directory.own_resources import DASHBOARD_READ
from idp.directory.periods import NoPeriod, Period, Span
from idp.models import Client
from idp.web.api.caller import Call, Refused
from idp.web.api.operations import Answer, Said, operation
from idp.web.api.parameters import Choice, Day, Parameter


@operation("GET", "/dashboard", Said(
    verb=Verb.DASHBOARD_READ, scope=DASHBOARD_READ, answer="Dashboard",
    summary="Connections, failures, tokens and messages of a period, over time and by application.",
    query=(
        Choice("period", "Up to now; 30d where no dates are given.", tuple(Period)),
        Day("since", "The first day in France; then `until` is the last one."),
        Day("until", f"The last day in France, {periods.LONGEST} days on at the most."),
        Parameter("application", "The client_id of the one application to count."),
    ),
    refusals=(404,),
))  # fmt: skip
def read_dashboard(call: Call) -> Answer:
    span, client = _span(call), _client(call)
    figures = dashboard.figures(
        call.session,
        span,
        client_pk=client.id if client else None,
        within=call.mandate.within(Verb.DASHBOARD_READ),
    )
    return dashboard_document.of(figures), 200, {}


def _span(call: Call) -> Span:
    asked = call.query
    try:
        return periods.asked(
            asked.get("period", Period.MONTH), asked.get("since", ""), asked.get("until", "")
        )
    except NoPeriod as refusal:
        raise Refused(400, None, refusal.problems[0]) from refusal


def _client(call: Call) -> Client | None:
    if "application" not in call.query:
        return None
    try:
        client = clients.find(call.session, call.query["application"])
    except UnknownClient:
        abort(404)
    call.mandate.check(Verb.DASHBOARD_READ, Target(client.organisation_id, client_id=client.id))
    return client

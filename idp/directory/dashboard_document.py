"""The dashboard's figures as JSON, for the API and the command line."""

from datetime import UTC, datetime
from typing import Any

from idp.directory.counted import Counted
from idp.directory.dashboard import Figures, Named
from idp.directory.delays import Delays
from idp.directory.message_figures import ENDS


def of(figures: Figures) -> dict[str, Any]:
    """Moments are RFC 3339, delays whole seconds; every list over time has a member for each of
    `slots`, where the slots begin."""
    messages, edges = figures.messages, figures.span.edges
    return {
        "since": _moment(edges[0]),
        "until": _moment(edges[-1]),
        "unit": figures.span.unit.value,
        "slots": [_moment(begins) for begins in figures.span.slots],
        "connections": _counted(figures, figures.connections),
        "failures": _counted(figures, figures.failures),
        "tokens": _counted(figures, figures.tokens),
        "messages": {
            **_counted(figures, messages.ends),
            "delays": [_delays(each) for each in messages.delays],
            "overall_delays": _delays(messages.overall),
            "kinds": [
                {"channel": channel, "kind": kind}
                | {end: ends.get(end, 0) for end in ENDS}
                | {"delays": _delays(took)}
                for (channel, kind), (ends, took) in messages.kinds.items()
            ],
            "waiting": [
                {"channel": channel, "count": one.number, "longest": one.longest}
                for channel, one in messages.waiting.items()
            ],
        },
    }


def _counted(figures: Figures, counted: Counted) -> dict[str, Any]:
    return {
        "total": counted.total,
        "lines": [
            {"name": line, "total": total, "counts": counted.over_time[line]}
            for line, total in counted.totals.items()
        ],
        "applications": [
            _application(figures.applications.get(key), numbers)
            for key, numbers in counted.by_application.items()
        ],
    }


def _application(found: Named | None, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "client_id": found.client_id if found else None,
        "name": found.name if found else None,
        "lines": [{"name": line, "total": total} for line, total in numbers.items()],
    }


def _delays(found: Delays) -> dict[str, int | None]:
    return {"median": found.median, "p95": found.p95}


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")

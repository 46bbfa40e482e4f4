"""The trail: filtered, a page at a time by key, and exported."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from idp import audit, clock
from idp.directory import french_day, operators, spreadsheet, trail
from idp.directory.authority import Target, Verb
from idp.directory.refusal import Refusal
from idp.directory.trail import Line, Typed, Wanted
from idp.identity import login_identifier
from idp.web.admin import trail_words as words
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, provider
from idp.web.rendering import language, moment
from idp.web.words import _

admin_trail = Blueprint("admin_trail", __name__, url_prefix="/admin/trail")

SIZE = 50
LONGEST = 100
NAME = re.compile(r"[a-z_]+\.?[a-z_]*", re.ASCII)
FIELDS = (
    "act", "outcome", "actor", "operator", "holder", "application", "address", "since", "until",
)  # fmt: skip
FORMATS = {"csv": "text/csv", "jsonl": "application/jsonl"}


@dataclass(frozen=True)
class Asked:
    """The filters as they were typed, and what they mean; `errors` as the page shows them."""

    typed: dict[str, str]
    wanted: Wanted
    errors: list[tuple[str, str, str]]

    def address(self, endpoint: str, **more: str) -> str:
        given = {name: text for name, text in self.typed.items() if text}
        return f"{url_for(endpoint)}?{urlencode({**given, **more})}"


@admin_trail.get("")
@operated(Verb.TRAIL_READ)
def index(visit: Visit) -> ResponseReturnValue:
    visit.mandate.check(Verb.TRAIL_READ, Target())
    asked = _asked(visit)
    before, after = (request.args.get(name, type=_key) for name in ("before", "after"))
    lines = [] if asked.errors else _lines(visit, asked.wanted, before, after)
    if after is not None and not lines and not asked.errors:
        lines, after = _lines(visit, asked.wanted, None, None), None
    if asked.wanted.account_id and not before and not after and not asked.errors:
        _record("trail.consulted", account_id=asked.wanted.account_id)
    # One more than is shown was looked for: it says whether there is another page that way.
    more, onwards = len(lines) > SIZE, after is None
    shown = lines[:SIZE] if onwards else lines[-SIZE:]
    older = shown and (more or not onwards)
    newer = shown and (before is not None if onwards else more)
    answer = page(
        "trail",
        visit,
        asked=asked.typed,
        errors=asked.errors,
        lines=_views(visit, shown),
        older=asked.address("admin_trail.index", before=str(shown[-1].event.id)) if older else None,
        newer=asked.address("admin_trail.index", after=str(shown[0].event.id)) if newer else None,
        exports={
            name: asked.address("admin_trail.export", format=name)
            for name in FORMATS
            if visit.mandate.may(Verb.TRAIL_EXPORT, Target()) and not asked.errors
        },
        acts=words.acts(),
        nouns=words.nouns(),
        actors=words.actors(),
        now=moment(clock.now()),
    )
    return (answer, 400) if asked.errors else answer


@admin_trail.get("/export")
@operated(Verb.TRAIL_EXPORT)
def export(visit: Visit) -> ResponseReturnValue:
    """Sent as it is read, whatever its length."""
    visit.mandate.check(Verb.TRAIL_EXPORT, Target())
    asked, form = _asked(visit), request.args.get("format", "")
    if asked.errors or form not in FORMATS:
        abort(400)
    _record("trail.exported", format=form, filters=sorted(n for n in FIELDS if asked.typed[n]))
    lines = trail.oldest_first(database(), asked.wanted)
    parts = (
        trail.as_table(lines, spreadsheet.SEPARATORS[language()])
        if form == "csv"
        else trail.as_json_lines(lines)
    )
    name = f"trail-{french_day.today():%Y-%m-%d}.{form}"
    return Response(
        parts,
        mimetype=FORMATS[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _record(act: str, **more: Any) -> None:
    with database().writing() as session:
        audit.record(session, act, actor="operator", **more)


def _lines(visit: Visit, wanted: Wanted, before: int | None, after: int | None) -> list[Line]:
    if after is not None:
        return trail.newer(visit.session, wanted, SIZE + 1, after)
    return trail.newest(visit.session, wanted, SIZE + 1, before)


def _key(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError("no key")
    return number


def _asked(visit: Visit) -> Asked:
    typed = {name: request.args.get(name, "").strip()[:LONGEST] for name in FIELDS}
    errors = [*_unreadable(typed)]
    try:
        wanted = trail.wanted(visit.session, _without_days(typed)) if not errors else Wanted()
    except Refusal:
        errors.append(("filters", _("Aucun compte ou aucune application ne s’appelle ainsi"), ""))
        wanted = Wanted()
    if errors:
        return Asked(typed, wanted, errors)
    return Asked(
        typed,
        replace(
            wanted,
            since=_midnight(typed["since"]),
            until=_midnight(typed["until"], days=1),
        ),
        errors,
    )


def _without_days(typed: Mapping[str, str]) -> Typed:
    return Typed(
        act=typed["act"],
        outcome=typed["outcome"],
        actor=typed["actor"],
        operator=typed["operator"],
        holder=typed["holder"],
        application=typed["application"],
        address=typed["address"],
    )


def _unreadable(typed: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What the form does not send, and a hand may."""
    for name in ("act", "outcome", "actor"):
        if typed[name] and not NAME.fullmatch(typed[name]):
            yield name, _("Ce filtre ne se lit pas"), ""
    for name in ("since", "until"):
        if typed[name] and french_day.typed(typed[name]) is None:
            yield name, _("Cette date ne se lit pas"), ""
    if typed["address"] and not _is_address(typed["address"]):
        yield "address", _("Cette adresse réseau ne se lit pas"), ""
    if not typed["application"].isprintable():
        yield "application", _("Ce filtre ne se lit pas"), ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _midnight(text: str, days: int = 0) -> int | None:
    """When the day begins in Paris; with `days`, so many after it."""
    day = french_day.typed(text)
    if day is None:
        return None
    return french_day.beginning_of(day + timedelta(days=days))


def _views(visit: Visit, lines: list[Line]) -> list[dict[str, Any]]:
    said = words.Said()
    names = operators.names_of(visit.session, {line.event.actor_id for line in lines})
    return [_view(line, said, names.get(line.event.actor_id)) for line in lines]


def _view(line: Line, said: words.Said, operator: str | None) -> dict[str, Any]:
    event = line.event
    client = provider().registry.client_by_pk(event.client_id) if event.client_id else None
    return {
        "at": moment(event.at),
        "act": said.acts.get(event.act, event.act),
        "refused": None if event.outcome == trail.SUCCESS else _plain(said.outcomes, event.outcome),
        "who": operator or said.who.get(event.actor, event.actor),
        "who_identifier": login_identifier.display(line.operator) if line.operator else None,
        "account": login_identifier.display(line.account) if line.account else None,
        "account_url": url_for("admin_trail.index", holder=line.account) if line.account else None,
        "application": client.client_name if client else line.application,
        "address": event.address,
        "detail": [
            (_plain(said.details, name), _said(event.detail[name])) for name in event.detail
        ],
        "motive": event.detail.get("motive"),
        "sealed": event.seal_id is not None,
    }


def _plain(known: Mapping[str, str], name: str) -> str:
    """What has no words is itself."""
    return known.get(name, name.replace("_", " "))


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: _("oui"), False: _("non")}[value] if isinstance(value, bool) else str(value)

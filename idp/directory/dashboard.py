"""The dashboard: connections, what failed, tokens and messages of a period, over time and by
application. Counts are added up, and never events: it costs the same whatever happens."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from idp.directory import clients, french_day, message_figures
from idp.directory.counted import Counted, Part, Which, added_up, own, total
from idp.directory.message_figures import Messages
from idp.directory.periods import Span
from idp.models import ActivityCount, Client, Grain

# The connections of so many days, today among them, stand in the list of applications.
RECENT_DAYS = 30

GRANTED, OPENED, SUCCESS = "authorization.granted", "session.opened", "success"
ISSUED = ("token.issued", "token.refreshed")
REFUSED = "token.refused"
PROOFS = (
    "password.verified",
    "code.verified",
    "totp.verified",
    "recovery_code.verified",
    "passkey.verified",
)
# Lines that are not named by an outcome or a kind of grant.
TO_APPLICATION, TO_OWN_SPACE, TOKENS_REFUSED = "application", "own_space", "refused"


class Named(NamedTuple):
    client_id: str
    name: str


@dataclass(frozen=True)
class Figures:
    """`applications` names the keys of all that is by application."""

    span: Span
    connections: Counted
    failures: Counted
    tokens: Counted
    messages: Messages
    applications: dict[int, Named] = field(default_factory=dict)


def figures(
    session: Session, span: Span, *, client_pk: int | None = None, within: int | None = None
) -> Figures:
    """Of one application, or of all; `within` an organisation: of its applications alone."""
    which = Which(span, client_pk, within)
    connections, failures, tokens = _activity(session, which)
    messages = message_figures.of(session, which)
    keys = {
        key
        for each in (connections, failures, tokens, messages.ends)
        for key in each.by_application
    }
    names = _names(session, keys)
    return Figures(span, connections, failures, tokens, messages, names)


def recent_connections(
    session: Session, client_pks: Collection[int], within: int | None = None
) -> dict[int, int]:
    """Application (its key) → connections of the last days; those that have any."""
    query = recent(within).where(ActivityCount.client_id.in_(client_pks))
    return {pk: count for pk, count in session.execute(query)}  # noqa: C416 - a row is no pair


def recent(within: int | None = None) -> Select[int, int]:
    """`client_id` and `connections` of the applications that have any."""
    since = french_day.days_before_today(RECENT_DAYS - 1)
    query = (
        select(ActivityCount.client_id, total(ActivityCount.count).label("connections"))
        .where(
            ActivityCount.grain == Grain.DAY,
            ActivityCount.act == GRANTED,
            ActivityCount.begins >= since,
        )
        .group_by(ActivityCount.client_id)
    )
    return query if within is None else query.where(ActivityCount.client_id.in_(own(within)))


def _activity(session: Session, which: Which) -> tuple[Counted, Counted, Counted]:
    """Connections, failures, tokens."""
    row = ActivityCount
    # Who signs in on the way to an application is counted when it is reached.
    led_further = and_(row.act == OPENED, row.outcome == SUCCESS, row.client_id != 0)
    went_well = and_(row.act.in_((GRANTED, OPENED, *ISSUED)), row.outcome == SUCCESS)
    went_wrong = and_(row.act.in_((*PROOFS, OPENED, REFUSED)), row.outcome != SUCCESS)
    what = (row.act, row.outcome, row.grant_type, total(row.count))
    acts = row.act.in_((GRANTED, OPENED, *ISSUED, *PROOFS, REFUSED))
    where = [acts, *which.of(row), or_(went_well, went_wrong), not_(led_further)]
    found = [
        session.execute(
            select(by, *what).where(*where).group_by(by, row.act, row.outcome, row.grant_type)
        ).all()
        for by in (row.begins, row.client_id)
    ]
    measures = [
        [(_line(act, outcome, grant), key, count) for key, act, outcome, grant, count in rows]
        for rows in found
    ]
    connections, failures, tokens = (
        added_up(which.span, *(_of_measure(rows, number) for rows in measures))
        for number in range(3)
    )
    return connections, failures, tokens


# Which of connections, failures and tokens, and its line there.
_Line = tuple[int, str]


def _line(act: str, outcome: str, grant_type: str) -> _Line:
    if act == GRANTED:
        return 0, TO_APPLICATION
    if act == OPENED and outcome == SUCCESS:
        return 0, TO_OWN_SPACE
    if act in ISSUED:
        return 2, grant_type
    return (2, TOKENS_REFUSED) if act == REFUSED else (1, outcome)


def _of_measure(rows: Iterable[tuple[_Line, int, int]], number: int) -> list[Part]:
    return [(line, key, count) for (which, line), key, count in rows if which == number]


def _names(session: Session, keys: Collection[int]) -> dict[int, Named]:
    """Also of those that are no more."""
    query = select(Client.id, Client.client_id, Client.client_name).where(Client.id.in_(keys))
    return {pk: Named(client_id, name) for pk, client_id, name in session.execute(query)}


def choices(session: Session, within: int | None = None) -> list[Named]:
    """The applications that one may ask for, by name."""
    query = select(Client.client_id, Client.client_name).where(clients.EXISTS)
    if within is not None:
        query = query.where(Client.organisation_id == within)
    rows = session.execute(query.order_by(func.lower(Client.client_name), Client.id))
    return [Named(client_id, name) for client_id, name in rows]

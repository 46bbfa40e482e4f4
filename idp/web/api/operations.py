"""What the API offers: each operation is declared where it is done, and from the declaration come
its address, what is asked before it, and its place in the description."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import orjson
import structlog
from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from idp import audit
from idp.directory import authority
from idp.directory.authority import Mandate, NotAuthorised, Target, Verb
from idp.directory.own_resources import ADMINISTRATION
from idp.web import problems, visitor
from idp.web.api import caller
from idp.web.api.caller import JSON, Call, Refused
from idp.web.api.parameters import Parameter
from idp.web.current import database

log = structlog.get_logger("idp.api")

VERSION = "/v1"
PREFIX = f"{ADMINISTRATION.path}{VERSION}"
LONGEST_PART = 255

api = Blueprint("api", __name__)
caller.answer_refusals(api, ADMINISTRATION)

Found = tuple[Any, Target]
# The document, its status, and its headers.
Answer = tuple[Any, int, dict[str, str]]
View = Callable[..., Answer]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said of an operation beside its address: what is asked before it, what it is for, the
    schemas of what is sent and answered, and the statuses of its own refusals. `finds` is given a
    session and the parts of the address."""

    verb: Verb
    scope: str
    summary: str
    answer: str
    status: int = 200
    finds: Callable[..., Found] | None = None
    query: Sequence[Parameter] = ()
    body: str | None = None
    headers: Sequence[str] = ()
    required_headers: Sequence[str] = ()
    refusals: Sequence[int] = ()


@dataclass(frozen=True)
class Operation:
    """`path` is below the version, with its parts in braces."""

    method: str
    path: str
    name: str
    said: Said


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, said: Said) -> Callable[[View], View]:
    """A view that answers at this address. It gets the call, and what was found of the parts of
    the address."""

    def decorate(view: View) -> View:
        @wraps(view)
        def called(**parts: str) -> Response:
            return _called(said, view, parts)

        name = view.__name__
        OPERATIONS.append(Operation(method, path, name, said))
        rule = PREFIX + re.sub(r"\{(\w+)\}", r"<\1>", path)
        api.add_url_rule(rule, name, called, methods=[method])
        return view

    return decorate


def _called(said: Said, view: View, parts: dict[str, str]) -> Response:
    """The token, the roles, the object, and what was sent, in this order: nobody learns more than
    they may."""
    found = caller.bearer(ADMINISTRATION, said.scope)
    with database().reading() as session:
        operator = caller.operator(session, found)
        mandate = Mandate.of(operator)
        with audit.acting(audit.Acting(operator.account_id, visitor.origin())):
            try:
                mandate.check(said.verb)
                arguments = _found(session, mandate, said, parts)
                query = _query(said.query)
                body = caller.json_object() if said.body else {}
                document, status, headers = view(
                    Call(session, operator, mandate, query, body), *arguments
                )
            except NotAuthorised as refusal:
                # By the view too: a body may name what is another organisation's.
                return _not_authorised(refusal)
    return Response(orjson.dumps(document), status, headers, content_type=JSON)


def _found(
    session: Session, mandate: Mandate, said: Said, parts: dict[str, str]
) -> tuple[Any, ...]:
    if said.finds is None:
        return ()
    if not all(part.isprintable() and len(part) <= LONGEST_PART for part in parts.values()):
        abort(404)
    thing, target = said.finds(session, **parts)
    mandate.check(said.verb, target)
    return (thing,)


def _query(known: Sequence[Parameter]) -> dict[str, str]:
    """Each at most once, and none that means nothing here."""
    read = {parameter.name: parameter for parameter in known}
    asked = request.args.to_dict(flat=False)
    for name, values in asked.items():
        if name not in read or len(values) > 1 or not read[name].accepts(values[0]):
            raise Refused(400, None, "A parameter of the address is unknown, twice or wrong.")
    return {name: values[0] for name, values in asked.items()}


def _not_authorised(refusal: NotAuthorised) -> Response:
    with database().writing() as session:
        authority.record(session, refusal)
    log.warning("authority.refused", verb=refusal.verb.value, reason=refusal.reason)
    return problems.answer(403, refusal.problems[0], reason=refusal.reason)

"""Operators: who they are, and what they may. They are made and changed by people alone."""

from typing import Any

from idp.directory import operators as directory
from idp.directory.authority import Verb
from idp.directory.own_resources import OPERATORS_READ
from idp.models import Client, Operator
from idp.web.api.caller import Call
from idp.web.api.clients import moment
from idp.web.api.operations import Answer, Said, operation


@operation("GET", "/operators", Said(
    verb=Verb.OPERATOR_READ, scope=OPERATORS_READ, answer="OperatorList",
    summary="The operators, people and machines.",
))  # fmt: skip
def list_operators(call: Call) -> Answer:
    found = directory.list_all(call.session)
    return {"operators": [_line(call, one) for one in found]}, 200, {}


def _line(call: Call, operator: Operator) -> dict[str, Any]:
    machine = operator.client_id and call.session.get_one(Client, operator.client_id)
    return {
        "login_identifier": operator.account.login_identifier,
        "name": operator.name,
        "organisation": operator.organisation.name,
        "roles": operator.roles,
        "state": operator.account.state,
        "client_id": machine.client_id if machine else None,
        "created_at": moment(operator.created_at),
    }

"""What is sent and answered, as JSON Schema (OpenAPI 3.1 takes the draft 2020-12 as it is)."""

from enum import StrEnum
from typing import Any

from idp.config import LEVELS
from idp.directory import channel_change, corrections
from idp.directory.accounts import Motive, UnblockMotive
from idp.directory.client_vocabulary import (
    ALGORITHMS,
    AUTH_METHODS,
    CONTENT_ENCRYPTION,
    GRANT_TYPES,
    KEY_ENCRYPTION,
    MEMBERS,
    NATIVE,
    RESPONSE_TYPES,
    WEB,
)
from idp.directory.closing_by_operator import CloseMotive, KeepMotive
from idp.directory.documents import MAX_ITEMS, MAX_TEXT
from idp.directory.holders import LetterMotive
from idp.directory.message_figures import ENDS
from idp.directory.periods import Unit
from idp.models import (
    AccountState,
    ChannelKind,
    ClientState,
    ImportState,
    KeyState,
    LettersState,
    RegisteredBy,
    Role,
    RowState,
)
from idp.web.api import holders
from idp.web.api.clients import LONGEST_OVERLAP

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
ADDRESS: Schema = {"type": "string", "format": "uri", "maxLength": 2000}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
SECONDS: Schema = {"type": "integer", "minimum": 0, "maximum": (1 << 31) - 1}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "uniqueItems": True, "maxItems": MAX_ITEMS}


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return {"type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    return schema | {"type": [schema["type"], "null"]}


def _object(**members: Schema) -> Schema:
    """All of them are there, and no other."""
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


# What the members of a registration are; what is not named is a line of text.
KINDS: dict[str, Schema] = {
    "client_id": {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,64}$"},
    "contacts": _list({"type": "string", "format": "email"}),
    "redirect_uris": _list(ADDRESS),
    "post_logout_redirect_uris": _list(ADDRESS),
    "request_uris": _list(ADDRESS | {"maxLength": 512}),
    "application_type": _one_of(WEB, NATIVE),
    "grant_types": _list(_one_of(*GRANT_TYPES)),
    "response_types": _list(_one_of(*RESPONSE_TYPES)),
    "subject_type": _one_of("pairwise"),
    "token_endpoint_auth_method": _one_of(*AUTH_METHODS),
    "token_endpoint_auth_signing_alg": _one_of(*ALGORITHMS, "HS256"),
    "scope": {"type": "string", "maxLength": MAX_TEXT * 5},
    "optional_scope": {"type": "string", "maxLength": MAX_TEXT * 5},
    "jwks": {"type": "object", "required": ["keys"]},
    "default_max_age": SECONDS,
    "default_acr": _one_of(*LEVELS),
    "minimum_acr": _one_of(*LEVELS),
    "default_acr_values": _list(_one_of(*LEVELS)),
    "sector_identifier": {"type": "string", "maxLength": 253},
    "resource": ADDRESS,
    **{name: ADDRESS for name in MEMBERS if name.endswith("_uri")},
    **{
        name: _one_of(*ALGORITHMS)
        for name in MEMBERS
        if name.endswith(("_signing_alg", "_signed_response_alg")) and "endpoint" not in name
    },
    **{
        f"{what}_encrypted_response_{part}": _one_of(*values)
        for what in ("id_token", "userinfo")
        for part, values in (("alg", KEY_ENCRYPTION), ("enc", CONTENT_ENCRYPTION))
    },
    **{
        name: FLAG
        for name in MEMBERS
        if name.startswith("require_") or name.endswith("_session_required")
    },
}
REGISTRATION: Schema = {
    "type": "object",
    "properties": {name: KINDS.get(name, TEXT) for name in MEMBERS},
    "required": ["client_name"],
    "additionalProperties": False,
}
CLIENT = {
    "client_id": KINDS["client_id"],
    "state": _one_of(ClientState.ENABLED, ClientState.DISABLED),
    "organisation": _or_null(TEXT),
    "registered_by": _one_of(*RegisteredBy),
    "created_at": MOMENT,
    "sector": TEXT,
    "previous_secret_expires_at": _or_null(MOMENT),
    "acts_as": _or_null(TEXT),
    "registration": {"$ref": "#/components/schemas/Registration"},
}
CHANGE = _object(
    number={"type": "string"},
    at=MOMENT,
    act=TEXT,
    actor=_one_of("operator", "client", "system"),
    operator=_or_null(TEXT),
    differences={"type": "array", "items": _object(member=TEXT, old={}, new={})},
)
KEY = _object(
    kid=TEXT,
    alg=_one_of(*ALGORITHMS),
    state=_one_of(*KeyState),
    created_at=MOMENT,
    activated_at=_or_null(MOMENT),
    retired_at=_or_null(MOMENT),
    next_change_at=_or_null(MOMENT),
)
ROTATION = _object(alg=_one_of(*ALGORITHMS), publishes_at=_or_null(MOMENT), replaces_at=MOMENT)
OPERATOR = _object(
    login_identifier={"type": "string", "pattern": "^[0-9]{12}$"},
    name=TEXT,
    organisation=TEXT,
    roles=_list(_one_of(*Role)),
    state=_one_of(*AccountState),
    client_id=_or_null(TEXT),
    created_at=MOMENT,
)
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. `detail` says what to do; `reference` finds the request in our log.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reference": _or_null({"type": "string"}),
        "reason": _one_of("role", "organisation", "oneself", "importer"),
        "problems": {
            "type": "array",
            "items": _object(member={"type": "string"}, detail={"type": "string"}),
        },
    },
    "required": ["type", "title", "status", "detail"],
}


HOLDER = _object(
    login_identifier={"type": "string", "pattern": "^[0-9]{12}$"},
    name=TEXT,
    birth_date={"type": "string"},
    organisation=TEXT,
    state=_one_of(*AccountState),
    mail=_or_null(TEXT),
    mobile=_or_null(TEXT),
    enrolled_at=MOMENT,
    activated_at=_or_null(MOMENT),
    closes_at=_or_null(MOMENT),
)
TRAITS = {
    name: {"type": "array", "items": TEXT, "minItems": 1} if name in holders.LISTS else TEXT
    for name in holders.ENROLMENT
}


COUNT: Schema = {"type": "integer", "minimum": 0}
IMPORT = _object(
    import_id={"type": "string", "pattern": "^[0-9]{1,19}$"},
    organisation=TEXT,
    state=_one_of(*ImportState),
    created_at=MOMENT,
    ended_at=_or_null(MOMENT),
    counts=_object(**{state.value: COUNT for state in RowState}),
    letters=_or_null(_one_of(*LettersState)),
    letters_expire_at=_or_null(MOMENT),
)
IMPORT_LINE = _object(
    line=COUNT,
    state=_one_of(*RowState),
    login_identifier=_or_null({"type": "string", "pattern": "^[0-9]{12}$"}),
    problems={
        "type": "array",
        "items": _object(column={"type": "string"}, reason=TEXT, detail=TEXT),
    },
)


def _sent(members: dict[str, Schema], *optional: str) -> Schema:
    whole = _object(**members)
    return whole | {"required": [name for name in members if name not in optional]}


def _with_motive(kind: type[StrEnum]) -> Schema:
    return _object(motive=_one_of(*kind))


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _several(**members: Schema) -> Schema:
    """Lists of things, and where the next page begins."""
    return _object(**{name: _array(items) for name, items in members.items()})


def _page(**members: Schema) -> Schema:
    whole = _several(**members)
    whole["properties"]["next"] = _or_null({"type": "string"})
    whole["required"].append("next")
    return whole


LINE = _object(name={"type": "string"}, total=COUNT)
COUNTED = {
    "total": COUNT,
    "lines": _array(_object(name={"type": "string"}, total=COUNT, counts=_array(COUNT))),
    "applications": _array(
        _object(client_id=_or_null(TEXT), name=_or_null({"type": "string"}), lines=_array(LINE))
    ),
}
DELAYS = _object(median=_or_null(SECONDS), p95=_or_null(SECONDS))
ENDED = dict.fromkeys(ENDS, COUNT)
DASHBOARD = _object(
    since=MOMENT,
    until=MOMENT,
    unit=_one_of(*Unit),
    slots=_array(MOMENT),
    **dict.fromkeys(("connections", "failures", "tokens"), _object(**COUNTED)),
    messages=_object(
        **COUNTED,
        delays=_array(DELAYS),
        overall_delays=DELAYS,
        kinds=_array(_object(channel=TEXT, kind=TEXT, delays=DELAYS, **ENDED)),
        waiting=_array(_object(channel=TEXT, count=COUNT, longest=SECONDS)),
    ),
)
SCHEMAS: dict[str, Schema] = {
    "Registration": REGISTRATION,
    "Client": _object(**CLIENT),
    "RegisteredClient": _object(**CLIENT, client_secret=_or_null({"type": "string"})),
    "ClientList": _page(clients={"$ref": "#/components/schemas/Client"}),
    "Overlap": {
        "type": "object",
        "properties": {"overlap": {"type": "integer", "minimum": 0, "maximum": LONGEST_OVERLAP}},
        "additionalProperties": False,
    },
    "Secret": _object(
        client_id=KINDS["client_id"],
        client_secret={"type": "string"},
        previous_secret_expires_at=_or_null(MOMENT),
    ),
    "ChangeList": _page(changes=CHANGE),
    "KeyList": _several(keys=KEY, missing=_one_of(*ALGORITHMS), rotations=ROTATION),
    "Rotation": _object(
        kid=TEXT, alg=_one_of(*ALGORITHMS), active=FLAG, made=FLAG, usable_at=MOMENT
    ),
    "Consequences": _object(
        consequences={"type": "array", "items": {"type": "string"}},
        tokens_until=_or_null(MOMENT),
        successor=_or_null(TEXT),
        applications={"type": "array", "items": TEXT},
        resources={"type": "array", "items": TEXT},
    ),
    "Retirement": _object(kid=TEXT),
    "Successor": _object(successor=_or_null(TEXT)),
    "Dashboard": DASHBOARD,
    "OperatorList": _several(operators=OPERATOR),
    "Holder": HOLDER,
    "HolderList": _page(holders=HOLDER),
    "Search": _sent(
        dict.fromkeys(("number", "name", "birth_date"), TEXT), "number", "name", "birth_date"
    ),
    "Enrolment": _sent(TRAITS, *holders.OPTIONAL),
    "Correction": _sent(
        {name: TRAITS[name] for name in holders.CORRECTED}
        | {"motive": _one_of(*corrections.Motive)},
        *holders.OPTIONAL,
    ),
    "Letter": _object(
        login_identifier=HOLDER["properties"]["login_identifier"],
        valid_until={"type": "string", "format": "date"},
        letter={"type": "string", "contentEncoding": "base64"},
    ),
    "Lettering": _sent({"motive": _one_of(*LetterMotive), "unblock": FLAG}, "unblock"),
    "ChannelChange": _object(
        kind=_one_of(*ChannelKind),
        value={"type": "string"},
        proof=_one_of(*channel_change.Proof),
        motive=_one_of(*channel_change.Motive),
    ),
    "ImportFile": _object(organisation=TEXT, file={"type": "string", "contentEncoding": "base64"}),
    "HolderImport": IMPORT,
    "HolderImportList": _several(imports={"$ref": "#/components/schemas/HolderImport"}),
    "ImportLineList": _page(lines=IMPORT_LINE),
    "ImportLetters": _object(letters={"type": "string", "contentEncoding": "base64"}),
    "Blocking": _with_motive(Motive),
    "Unblocking": _with_motive(UnblockMotive),
    "Closing": _with_motive(CloseMotive),
    "Keeping": _with_motive(KeepMotive),
    "Problem": PROBLEM,
}

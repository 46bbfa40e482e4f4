"""The form of an application: what kind it is decides the defaults, the rest is asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from idp.directory import own_resources
from idp.directory.client_vocabulary import BY_KEY, DEFAULT_MINIMUM, NATIVE, PUBLIC, SCOPES, WEB

SITE, MOBILE, MACHINE = "site", "mobile", "machine"
KINDS = (SITE, MOBILE, MACHINE)
KEYS = ("token_endpoint_auth_method", "jwks", "jwks_uri")
BY_BASIC = "client_secret_basic"
USUAL_SCOPES = ("openid", "identite_pivot")
# Fields that are members of the registration as they stand, and those of one address a line.
TEXTS = (
    "client_name", "publisher", "client_uri", "logo_uri", "policy_uri", "tos_uri", "jwks_uri",
    "sector_identifier", "minimum_acr", "id_token_signed_response_alg",
)  # fmt: skip
LISTS = ("redirect_uris", "post_logout_redirect_uris", "contacts")
# What the page does not show of a machine, and the form sends all the same.
OF_PEOPLE = (
    "redirect_uris", "post_logout_redirect_uris", "logo_uri", "policy_uri", "tos_uri",
    "sector_identifier", "minimum_acr",
)  # fmt: skip
ASKED, OPTIONAL = "asked", "optional"


@dataclass
class Draft:
    """As it stands in the form. `scopes` maps each scope to "asked" or "optional"; `problems` is
    what is wrong, by field."""

    kind: str = SITE
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    scopes: dict[str, str] = field(default_factory=dict)
    by_key: bool = False
    jwks: str = ""
    problems: dict[str, list[str]] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The members that the form decides; None: none of it."""
        machine = self.kind == MACHINE
        # What the page hides of the other kinds, the form sends all the same.
        strange = SCOPES if machine else own_resources.SCOPES
        scopes = [name for name in self.scopes if name not in strange]
        refresh = ["refresh_token"] if "offline_access" in scopes else []
        grants = ["client_credentials"] if machine else ["authorization_code", *refresh]
        texts = {name: self.texts.get(name) or None for name in TEXTS}
        lists = {name: self.lists.get(name) or None for name in LISTS}
        nobody = dict.fromkeys(OF_PEOPLE) if machine else {}
        return texts | lists | nobody | self._authentication() | {
            "application_type": NATIVE if self.kind == MOBILE else WEB,
            "grant_types": grants,
            "response_types": [] if machine else ["code"],
            "scope": " ".join(scopes),
            "optional_scope": " ".join(n for n in scopes if self.scopes[n] == OPTIONAL) or None,
        }  # fmt: skip

    def _authentication(self) -> dict[str, Any]:
        if self.kind == MOBILE:
            return {"token_endpoint_auth_method": PUBLIC, "jwks": None, "jwks_uri": None}
        if not self.by_key:
            return {"token_endpoint_auth_method": BY_BASIC, "jwks": None, "jwks_uri": None}
        return {"token_endpoint_auth_method": BY_KEY, "jwks": _json(self.jwks)}


def new() -> Draft:
    """What is usual."""
    return Draft(
        texts={"minimum_acr": DEFAULT_MINIMUM, "id_token_signed_response_alg": "ES256"},
        scopes=dict.fromkeys(USUAL_SCOPES, ASKED),
    )


def of_form(form: "MultiDict[str, str]") -> Draft:
    kind = form.get("kind", SITE)
    chosen = {name: form.get(f"scope-{name}", "") for name in _scopes_in(form)}
    return Draft(
        kind=kind if kind in KINDS else SITE,
        texts={name: form.get(name, "").strip() for name in TEXTS},
        lists={name: form.get(name, "").split() for name in LISTS},
        scopes={name: how for name, how in chosen.items() if how in {ASKED, OPTIONAL}},
        by_key=form.get("authentication") == "key",
        jwks=form.get("jwks", "").strip(),
    )


def of_document(document: Mapping[str, Any]) -> Draft:
    """What is registered, as the form shows it."""
    optional = str(document.get("optional_scope", "")).split()
    jwks = document.get("jwks")
    return Draft(
        kind=_kind(document),
        texts={name: document.get(name) or "" for name in TEXTS},
        lists={name: document.get(name) or [] for name in LISTS},
        scopes={
            name: OPTIONAL if name in optional else ASKED
            for name in str(document.get("scope", "")).split()
        },
        by_key=document["token_endpoint_auth_method"] == BY_KEY,
        jwks=json.dumps(jwks, indent=2) if jwks else "",
    )


def merged(document: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """The registration with what the form decides; what it does not show stays."""
    changed = draft.document
    if draft.kind == _kind(document):
        # An application that has more than its kind's default keeps it.
        same_way = (document["token_endpoint_auth_method"] == BY_KEY) == draft.by_key
        kept = ("token_endpoint_auth_method",) if draft.by_key else KEYS
        changed |= {name: document.get(name) for name in kept if same_way}
        changed["response_types"] = document["response_types"]
        changed["grant_types"] = _grants(document["grant_types"], changed["grant_types"])
    # By the sector people are known: it is for ever.
    values = {**document, **changed, "sector_identifier": document.get("sector_identifier")}
    if values["token_endpoint_auth_method"] != document["token_endpoint_auth_method"]:
        values["token_endpoint_auth_signing_alg"] = None
    return {name: value for name, value in values.items() if value is not None}


def _grants(present: list[str], wanted: list[str]) -> list[str]:
    more = [name for name in present if name not in wanted and name != "refresh_token"]
    return [*wanted, *more]


def _kind(document: Mapping[str, Any]) -> str:
    if not document.get("response_types"):
        return MACHINE
    return MOBILE if document["token_endpoint_auth_method"] == PUBLIC else SITE


def _scopes_in(form: "MultiDict[str, str]") -> list[str]:
    """In our order first, then those of resources."""
    sent = [name.removeprefix("scope-") for name in form if name.startswith("scope-")]
    ours = [name for name in SCOPES if name in sent]
    return [*ours, *(name for name in sent if name not in ours)]


def _json(text: str) -> Any:
    """None for nothing; a text, which the registration refuses, for what is no JSON."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text

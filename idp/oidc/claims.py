"""Claims about the holder: which scope gives which, and how each is made of what is recorded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from idp.identity import ins_c as ins_c_module
from idp.identity import nir as nir_module
from idp.identity.traits import Traits

# OID of the INS made of a NIR (ANS, "Référentiel Identifiant National de Santé").
INS_NIR_OID = "1.2.250.1.213.1.4.8"


@dataclass(slots=True)
class Person:
    """What claims are made of. An account without a holder has channels at the most."""

    traits: Traits | None = None
    nir: str | None = None
    ins_c: str | None = None
    address: list[str] = field(default_factory=list)
    mail: str | None = None
    mail_verified_at: int | None = None
    mobile: str | None = None
    mobile_verified_at: int | None = None
    locale: str = "fr"
    identite_pivot: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.identite_pivot = self.traits.identite_pivot if self.traits else {}


def _trait(name: str) -> Callable[[Person], Any]:
    return lambda person: person.identite_pivot.get(name)


def _ins(person: Person) -> dict[str, str] | None:
    """The INS matricule. Its status is "provisoire": no INSi teleservice has qualified it."""
    if person.nir is None:
        return None
    nir = nir_module.parse(person.nir)
    return {"value": nir.body, "key": nir.key, "oid": INS_NIR_OID, "status": "provisoire"}


def _address(person: Person) -> dict[str, str] | None:
    return {"formatted": "\n".join(person.address)} if person.address else None


def _name(person: Person) -> str | None:
    return person.traits.display_name if person.traits else None


# Claim → how it is made; None: the claim is left out (OpenID Connect Core 1.0, section 5.3.2).
CLAIMS: dict[str, Callable[[Person], Any]] = {
    "name": _name,
    "given_name": _trait("given_name"),
    "family_name": _trait("family_name"),
    "birthdate": _trait("birthdate"),
    "gender": _trait("gender"),
    "birthplace": _trait("birthplace"),
    "birthcountry": _trait("birthcountry"),
    "locale": lambda person: person.locale,
    "email": lambda person: person.mail,
    "email_verified": lambda person: bool(person.mail_verified_at) if person.mail else None,
    "phone_number": lambda person: person.mobile,
    "phone_number_verified": lambda person: (
        bool(person.mobile_verified_at) if person.mobile else None
    ),
    "address": _address,
    "ins": _ins,
    "ins_c": lambda person: str(ins_c_module.parse(person.ins_c)) if person.ins_c else None,
}

# Claim → the members of `Person` that it is made of: nothing else is read for it. A trait, unless
# it is said here.
MADE_OF: dict[str, tuple[str, ...]] = {
    "locale": ("locale",),
    "email": ("mail",),
    "email_verified": ("mail", "mail_verified_at"),
    "phone_number": ("mobile",),
    "phone_number_verified": ("mobile", "mobile_verified_at"),
    "address": ("address",),
    "ins": ("nir",),
    "ins_c": ("ins_c",),
}

SCOPES: dict[str, tuple[str, ...]] = {
    "openid": (),
    "profile": ("name", "given_name", "family_name", "birthdate", "gender", "locale"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
    "identite_pivot": (
        "given_name",
        "family_name",
        "birthdate",
        "gender",
        "birthplace",
        "birthcountry",
    ),
    "ins": ("ins",),
    "ins_c": ("ins_c",),
    "offline_access": (),
}

# Of which scope a single claim is first of all a part: by it the consent page names it.
HOME: dict[str, str] = {claim: scope for scope in reversed(SCOPES) for claim in SCOPES[scope]}


def scopes_with(claim: str) -> set[str]:
    """The scopes that give a claim: asked for alone, it needs a client that may have one."""
    return {scope for scope, names in SCOPES.items() if claim in names}


def names_for(scopes: Iterable[str], extra: Iterable[str] = ()) -> tuple[str, ...]:
    """The claims that scopes and single requests amount to, each once."""
    return _names_for(tuple(scopes), tuple(extra))


@lru_cache(maxsize=1024)
def _names_for(scopes: tuple[str, ...], extra: tuple[str, ...]) -> tuple[str, ...]:
    names = [name for scope in scopes for name in SCOPES.get(scope, ())]
    return tuple(dict.fromkeys([*names, *extra]))


@lru_cache(maxsize=1024)
def members(names: tuple[str, ...]) -> tuple[str, ...]:
    """The members of `Person` that these claims are made of, each once."""
    found = [member for name in names for member in MADE_OF.get(name, ("traits",))]
    return tuple(dict.fromkeys(found))


def values(person: Person, names: Iterable[str]) -> dict[str, Any]:
    """Claim → value, without those that there is nothing to say for."""
    told = {}
    for name in names:
        value = CLAIMS[name](person)
        if value is not None and value != "":
            told[name] = value
    return told

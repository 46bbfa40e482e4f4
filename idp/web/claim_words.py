"""What an application knows, in words a person uses: a title for each scope or claim, and the
very value that will be given."""

from collections.abc import Callable
from datetime import date

from flask_babel import format_date

from idp.identity import ins_c, nir, phone
from idp.identity.birth_date import parse as parse_birth_date
from idp.identity.traits import FRANCE
from idp.oidc import claims
from idp.oidc.claims import Person
from idp.oidc.consents import CLAIM
from idp.oidc.registry import Registry
from idp.web.words import _, language


def title_of(name: str, registry: Registry) -> str:
    """Of a scope, or of `claim:` and a claim."""
    if name.startswith(CLAIM):
        claim = name.removeprefix(CLAIM)
        return _claim_titles().get(claim) or _scope_titles().get(claims.HOME[claim], claim)
    if name in (titles := _scope_titles()):
        return titles[name]
    resource = registry.resource_of(name)
    return resource.scopes[name] if resource else name


def _scope_titles() -> dict[str, str]:
    return {
        "profile": _("Votre nom et votre identité"),
        "identite_pivot": _("Votre identité"),
        "email": _("Votre adresse électronique"),
        "phone": _("Votre téléphone"),
        "address": _("Votre adresse postale"),
        "ins": _("Votre matricule INS (numéro de sécurité sociale)"),
        "ins_c": _("Votre INS-C"),
        "offline_access": _("Rester connectée en votre absence"),
    }


def _claim_titles() -> dict[str, str]:
    return {
        "name": _("Votre nom"),
        "preferred_username": _("Votre nom"),
        "given_name": _("Vos prénoms"),
        "family_name": _("Votre nom de naissance"),
        "birthdate": _("Votre date de naissance"),
        "gender": _("Votre sexe"),
        "birthplace": _("Votre lieu de naissance"),
        "birthcountry": _("Votre pays de naissance"),
        "locale": _("Votre langue"),
        "email_verified": _("Si votre adresse électronique est vérifiée"),
        "phone_number_verified": _("Si votre téléphone est vérifié"),
    }


def value_of(name: str, person: Person) -> str:
    """The value in words; empty for what is not a value."""
    if not name.startswith(CLAIM):
        maker = SCOPE_VALUES.get(name)
        return maker(person) if maker else ""
    claim = name.removeprefix(CLAIM)
    maker = CLAIM_VALUES.get(claim)
    return maker(person) if maker else _plainly(claims.CLAIMS[claim](person))


def _plainly(value: object) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return _("aucun") if value is None else str(value)


def _identity(person: Person) -> str:
    traits = person.traits
    if traits is None:
        return ""
    name = f"{' '.join(traits.first_names)} {traits.birth_name.upper()}"
    words = {"name": name, "day": birth_day(traits.birth_date), "place": traits.birth_place_name}
    if traits.sex == "F":
        return _("%(name)s, née le %(day)s à %(place)s", **words)
    return _("%(name)s, né le %(day)s à %(place)s", **words)


def _mail(person: Person) -> str:
    return person.mail or _("aucune")


def _phone(person: Person) -> str:
    return phone.display(person.mobile) if person.mobile else _("aucun")


def _address(person: Person) -> str:
    return ", ".join(person.address)


def _ins(person: Person) -> str:
    return nir.display(nir.parse(person.nir)) if person.nir else ""


def _ins_c(person: Person) -> str:
    return ins_c.parse(person.ins_c).grouped if person.ins_c else _("aucun")


def _birth_date(person: Person) -> str:
    return birth_day(person.traits.birth_date) if person.traits else ""


def _birth_place(person: Person) -> str:
    """The claim is INSEE's number of the place: its name stands beside."""
    number = claims.CLAIMS["birthplace"](person)
    return (
        f"{person.traits.birth_place_name} ({number})" if person.traits and number else _("aucun")
    )


def _birth_country(person: Person) -> str:
    number = claims.CLAIMS["birthcountry"](person)
    return f"France ({number})" if number == FRANCE else _plainly(number)


def _sex(person: Person) -> str:
    if person.traits is None:
        return ""
    return _("féminin") if person.traits.sex == "F" else _("masculin")


SCOPE_VALUES: dict[str, Callable[[Person], str]] = {
    "profile": _identity,
    "identite_pivot": _identity,
    "email": _mail,
    "phone": _phone,
    "address": _address,
    "ins": _ins,
    "ins_c": _ins_c,
}

CLAIM_VALUES: dict[str, Callable[[Person], str]] = {
    "email": _mail,
    "phone_number": _phone,
    "address": _address,
    "ins": _ins,
    "ins_c": _ins_c,
    "birthdate": _birth_date,
    "birthplace": _birth_place,
    "birthcountry": _birth_country,
    "gender": _sex,
}


def birth_day(registered: str) -> str:
    """In the page's language; a day or month that nobody knows is left out."""
    parsed = parse_birth_date(registered)
    if language() == "fr":
        return parsed.in_words
    known = parsed.calendar_date
    return str(format_date(known, "long")) if isinstance(known, date) else parsed.oidc

"""Operators in words: what is wrong in their form, why one is blocked, how one stands."""

from collections.abc import Iterable, Mapping

from idp.directory.enrolment import Problem
from idp.directory.operators import Motive
from idp.models import AccountState
from idp.web.words import _

Errors = Mapping[str, list[str]]


def labels() -> dict[str, str]:
    return {
        "name": _("Nom"),
        "roles": _("Rôles"),
        "organisation": _("Organisme"),
        "mail": _("Adresse électronique"),
        "mobile": _("Numéro de mobile"),
    }


def by_field(found: Iterable[Problem]) -> dict[str, list[str]]:
    """What a verb refused, beside its fields."""
    problems: dict[str, list[str]] = {}
    for each in found:
        problems.setdefault(each.field, []).append(_problem(each))
    return problems


def summary(problems: Errors) -> list[tuple[str, str, str]]:
    """The same above the form: where, what field, what is wrong."""
    names = labels()
    return [(name, names[name], sentences[0]) for name, sentences in problems.items()]


def motives(*, machine: bool) -> list[tuple[str, str]]:
    """Why one is blocked, as radio buttons have it."""
    names = {
        Motive.LEFT: _("A quitté le service"),
        Motive.OWN_REQUEST: _("L’a demandé"),
        Motive.NOT_NEEDED: _("N’est plus utile"),
        Motive.SUSPECTED_FRAUD: _("Usage suspect"),
    }
    strange = {Motive.LEFT, Motive.OWN_REQUEST} if machine else {Motive.NOT_NEEDED}
    return [(motive.value, names[motive]) for motive in Motive if motive not in strange]


def state(value: str) -> tuple[str, str]:
    """The kind of badge, and its text."""
    return {
        AccountState.ACTIVE: ("success", _("Actif")),
        AccountState.AWAITING_ACTIVATION: ("info", _("À activer")),
        AccountState.BLOCKED: ("error", _("Bloqué")),
        AccountState.CLOSED: ("", _("Fermé")),
    }[AccountState(value)]


def _problem(found: Problem) -> str:
    own = {
        ("name", "empty"): _("Saisissez un nom."),
        ("name", "length"): _("Cent caractères au plus."),
        ("name", "characters"): _("Un caractère n’est d’aucun nom."),
        ("roles", "missing"): _("Choisissez au moins un rôle."),
        ("organisation", "missing"): _("Choisissez-le dans la liste."),
        ("mail", "no_channel"): _("Donnez-la, ou un mobile : un code doit arriver quelque part."),
        ("mobile", "not_mobile"): _("C’est un fixe : il ne reçoit pas de SMS."),
        ("mobile", "length"): _("Ce n’est pas la longueur d’un numéro."),
    }
    unreadable = {
        "mail": _("Écrivez-la en entier : nom@organisme.fr."),
        "mobile": _("Écrivez-le en chiffres : 06 12 34 56 78."),
    }
    return own.get((found.field, found.reason)) or unreadable.get(found.field, _("Illisible."))

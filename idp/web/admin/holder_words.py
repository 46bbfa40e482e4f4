"""Holders in an operator's words: fields, what is wrong in them, states, motives."""

from enum import StrEnum

from idp.directory import channel_change, corrections
from idp.directory.accounts import Motive, UnblockMotive
from idp.directory.closing_by_operator import CloseMotive, KeepMotive
from idp.directory.enrolment import Problem
from idp.directory.holders import LetterMotive
from idp.models import AccountState
from idp.web.words import _

# Of a closed account nothing is left that a list could show.
LISTED = (AccountState.AWAITING_ACTIVATION, AccountState.ACTIVE, AccountState.BLOCKED)


def state(value: str) -> tuple[str, str]:
    """The kind of badge, and its text."""
    return {
        AccountState.AWAITING_ACTIVATION: ("info", _("À activer")),
        AccountState.ACTIVE: ("success", _("Actif")),
        AccountState.BLOCKED: ("error", _("Bloqué")),
        AccountState.CLOSED: ("", _("Fermé")),
    }[AccountState(value)]


def state_filter(value: AccountState) -> str:
    return {
        AccountState.AWAITING_ACTIVATION: _("À activer"),
        AccountState.ACTIVE: _("Actifs"),
        AccountState.BLOCKED: _("Bloqués"),
    }[value]


def labels() -> dict[str, str]:
    return {
        "birth_name": _("Nom de naissance"),
        "used_name": _("Nom utilisé"),
        "first_names": _("Prénoms"),
        "birth_date": _("Date de naissance"),
        "sex": _("Sexe"),
        "birth_place": _("Code INSEE du lieu de naissance"),
        "birth_place_name": _("Lieu de naissance"),
        "nir": _("Numéro de sécurité sociale"),
        "address": _("Adresse postale"),
        "organisation": _("Organisme"),
        "mail": _("Adresse électronique"),
        "mobile": _("Numéro de mobile"),
        "motive": _("Motif"),
        "proof": _("Preuve d’identité"),
        "value": _("Nouvelle adresse ou nouveau numéro"),
        "kind": _("Moyen de contact"),
    }


def search_label(name: str) -> str:
    return _("Identifiant, INS-C ou NIR") if name == "number" else labels().get(name, _("Nom"))


def problem(found: Problem) -> str:
    """What is wrong, as it stands beside the field."""
    own = {
        ("used_name", "characters"): _("Un caractère n’est d’aucun nom."),
        ("first_names", "letters"): _("Le premier prénom n’a aucune lettre de A à Z."),
        ("birth_name", "characters"): _("Un caractère n’est d’aucun nom."),
        ("first_names", "characters"): _("Un caractère n’est d’aucun nom."),
        ("birth_date", "shape"): _("Écrivez-la JJ/MM/AAAA."),
        ("birth_date", "range"): _("Cette date n’existe pas ; un jour ou un mois inconnu est 00."),
        ("birth_date", "future"): _("Elle est à venir."),
        ("sex", "unknown"): _("Choisissez-le."),
        ("birth_place", "shape"): _("Cinq caractères ; 99 et le code du pays à l’étranger."),
        ("nir", "length"): _("13 caractères, ou 15 avec sa clé."),
        ("nir", "key"): _("La clé ne va pas avec le reste : il y a une faute de frappe."),
        ("nir", "sex"): _("Il n’est pas de ce sexe."),
        ("nir", "year"): _("Il n’est pas de cette année de naissance."),
        ("nir", "month"): _("Il n’est pas de ce mois de naissance."),
        ("nir", "no_month"): _("Son mois de naissance n’existe pas."),
        ("nir", "known"): _("Une personne qui a ce numéro est déjà enrôlée : cherchez-la."),
        ("nir", "ins_c_known"): _(
            "Une personne qui a, ou a eu, le même INS-C est déjà enrôlée : cherchez-la."
        ),
        ("nir", "loses_ins_c"): _("La personne a un INS-C : il commence par 1 ou par 2."),
        ("address", "lines"): _("Six lignes au plus."),
        ("address", "length"): _("38 caractères par ligne au plus."),
        ("mail", "no_channel"): _("Donnez-la, ou un mobile : un code doit arriver quelque part."),
        ("mobile", "not_mobile"): _("C’est un fixe : il ne reçoit pas de SMS."),
        ("value", "not_mobile"): _("C’est un fixe : il ne reçoit pas de SMS."),
        ("value", "same"): _("C’est déjà ce qui est inscrit."),
        ("value", "last"): _("C’est le dernier : il se remplace, il ne se retire pas."),
        ("number", "length"): _(
            "12 chiffres pour un identifiant, 22 pour un INS-C, 13 ou 15 caractères pour un NIR."
        ),
        ("number", "key"): _("La clé ne va pas avec le reste : il y a une faute de frappe."),
        ("name", "missing"): _("Donnez un numéro, ou un nom avec la date de naissance."),
        ("motive", "missing"): _("Choisissez-le."),
        ("proof", "missing"): _("Sans elle, rien ne change."),
    }
    general = {
        "missing": _("Il en faut un."),
        "empty": _("Il en faut un."),
        "length": _("Ce n’est pas la bonne longueur."),
        "characters": _("Il y a un caractère de trop."),
        "at": _("Il y faut un @, et un seul."),
        "domain": _("Ce qui suit le @ n’est pas un domaine."),
    }
    return own.get((found.field, found.reason)) or general.get(found.reason, _("Illisible."))


def _motives() -> dict[type[StrEnum], dict[StrEnum, str]]:
    """Why it is done, and how it was proved who asks."""
    return {
        Motive: {
            Motive.HOLDER_REQUEST: _("le titulaire le demande"),
            Motive.LETTER_ASTRAY: _("courrier égaré ou ouvert par un autre"),
            Motive.SUSPECTED_FRAUD: _("usage suspect"),
            Motive.DECEASED: _("décès signalé"),
            Motive.ENROLLED_IN_ERROR: _("enrôlé par erreur"),
        },
        UnblockMotive: {
            UnblockMotive.IDENTITY_PROVED: _("le titulaire a prouvé son identité"),
            UnblockMotive.BLOCKED_IN_ERROR: _("bloqué par erreur"),
        },
        CloseMotive: {
            CloseMotive.HOLDER_REQUEST: _("le titulaire le demande"),
            CloseMotive.DECEASED: _("décès"),
            CloseMotive.ENROLLED_IN_ERROR: _("enrôlé par erreur"),
        },
        KeepMotive: {
            KeepMotive.HOLDER_REQUEST: _("le titulaire veut le garder"),
            KeepMotive.CLOSED_IN_ERROR: _("fermeture demandée par erreur"),
        },
        LetterMotive: {
            LetterMotive.LOST_PASSWORD: _("mot de passe perdu"),
            LetterMotive.LETTER_LOST: _("courrier jamais arrivé, ou perdu"),
            LetterMotive.LETTER_EXPIRED: _("mot de passe initial périmé"),
            LetterMotive.SUSPECTED_FRAUD: _("usage suspect"),
            LetterMotive.HOLDER_REQUEST: _("autre demande du titulaire"),
        },
        corrections.Motive: {
            corrections.Motive.ENTRY_ERROR: _("erreur de saisie"),
            corrections.Motive.CIVIL_REGISTRY: _("changement à l’état civil"),
            corrections.Motive.USED_NAME: _("nom utilisé"),
            corrections.Motive.NIR_ASSIGNED: _("numéro de sécurité sociale attribué"),
            corrections.Motive.MOVED: _("déménagement"),
        },
        channel_change.Motive: {
            channel_change.Motive.LOST: _("perdu ou volé"),
            channel_change.Motive.REPLACED: _("remplacé par le titulaire"),
            channel_change.Motive.ENTERED_WRONG: _("mal saisi à l’enrôlement"),
            channel_change.Motive.COMPROMISED: _("quelqu’un d’autre y a accès"),
        },
        channel_change.Proof: {
            channel_change.Proof.IDENTITY_DOCUMENT: _("pièce d’identité vue, en présence"),
            channel_change.Proof.DOCUMENT_COPY: _("copie d’une pièce d’identité, reçue et gardée"),
            channel_change.Proof.CALL_BACK: _("rappel à un numéro connu du dossier"),
        },
    }


def motive_of(act: str, value: str) -> str:
    """The motive that the trail has beside an act; one that is none of ours as it stands."""
    kinds = {
        "account.blocked": Motive,
        "account.unblocked": UnblockMotive,
        "account.closed": CloseMotive,
        "closing.asked": CloseMotive,
        "closing.undone": KeepMotive,
        "account.relettered": LetterMotive,
        "holder.corrected": corrections.Motive,
        "channel.changed": channel_change.Motive,
    }
    return _name(kinds.get(act), value)


def proof(value: str) -> str:
    return _name(channel_change.Proof, value)


def _name(kind: type[StrEnum] | None, value: str) -> str:
    return _motives()[kind][kind(value)] if kind and value in list(kind) else value


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Value and name of each, as radio buttons have them."""
    return [(each.value, name[:1].upper() + name[1:]) for each, name in _motives()[kind].items()]

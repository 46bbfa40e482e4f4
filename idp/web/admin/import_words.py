"""Files of holders in an operator's words: what is wrong with them, and what became of their
rows."""

from collections.abc import Mapping
from typing import Any

from idp.directory import import_report
from idp.directory.enrolment import Problem
from idp.directory.import_file import COLUMNS, InvalidFile
from idp.models import ImportState, RowState
from idp.web.admin import holder_words
from idp.web.words import _


def state(value: str) -> tuple[str, str]:
    """The kind of badge, and its text."""
    return {
        ImportState.CHECKED: ("new", _("À confirmer")),
        ImportState.RUNNING: ("info", _("En cours")),
        ImportState.PAUSED: ("warning", _("En pause")),
        ImportState.DONE: ("success", _("Terminé")),
    }[ImportState(value)]


def row_state(value: str) -> tuple[str, str]:
    return {
        RowState.WRONG: ("error", _("À corriger")),
        RowState.READY: ("info", _("Prête")),
        RowState.ENROLLED: ("success", _("Enrôlée")),
        RowState.LETTERING: ("info", _("Nouveau courrier")),
        RowState.REFUSED: ("error", _("Refusée")),
        RowState.CANCELLED: ("", _("Annulée")),
    }[RowState(value)]


def file(refusal: InvalidFile) -> tuple[str, str]:
    """What is wrong with a whole file, and what to do."""
    titles = {
        "empty": _("Le fichier est vide"),
        "heavy": _("Le fichier pèse plus de %(most)s Ko", **_detail(refusal, "most")),
        "binary": _("Ce fichier n’est pas du texte"),
        "quotes": _("Le fichier ne se lit plus à partir de la ligne %(line)s",
                    **_detail(refusal, "line")),
        "missing": _("Il manque des colonnes : %(names)s", **_detail(refusal, "names")),
        "unknown": _("Des colonnes sont inconnues : %(names)s", **_detail(refusal, "names")),
        "twice": _("Des colonnes sont là deux fois : %(names)s", **_detail(refusal, "names")),
        "columns": _("Il y a plus de %(most)s colonnes", **_detail(refusal, "most")),
        "rows": _("Il y a plus de %(most)s personnes", **_detail(refusal, "most")),
        "nobody": _("Il n’y a personne dans le fichier"),
    }  # fmt: skip
    return titles[refusal.reason], _what_to_do(refusal.reason)


def _what_to_do(reason: str) -> str:
    as_model = _("La première ligne nomme les colonnes, comme dans le fichier modèle.")
    several = _("Coupez-le en plusieurs fichiers.")
    return {
        "heavy": several,
        "rows": several,
        "binary": _("Dans le tableur, enregistrez-le au format « CSV UTF-8 »."),
        "quotes": _("Un guillemet n’y est pas fermé, ou suivi d’autre chose qu’un séparateur."),
        "missing": as_model,
        "unknown": _("Ôtez-les, ou nommez-les comme dans le fichier modèle."),
        "columns": _("Est-ce le bon fichier ?"),
        "nobody": _("Après la ligne des colonnes, une personne par ligne."),
    }.get(reason, as_model)


def _detail(refusal: InvalidFile, name: str) -> Mapping[str, Any]:
    return {name: refusal.detail.get(name, "")}


def problem(found: Mapping[str, Any]) -> str:
    """What is wrong with a row, or with a cell of it."""
    field, reason = str(found["field"]), str(found["reason"])
    if reason == "twice":
        return _("La même personne est à la ligne %(line)s.", line=found["line"])
    own = {
        ("row", "cells"): _(
            "Il y a plus ou moins de cases que de colonnes : un séparateur sans guillemets ?"
        ),
        ("nir", "spreadsheet"): _(
            "Le tableur l’a arrondi : mettez la colonne au format Texte, puis resaisissez-le."
        ),
        ("sex", "unknown"): _("Écrivez F ou M."),
    }
    return own.get((field, reason)) or holder_words.problem(Problem(field, reason, ""))


def problems(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each with the file's column."""
    return [(import_report.column(str(each["field"])), problem(each)) for each in found]


def columns() -> list[tuple[str, str, bool]]:
    """Name, what it holds, and whether it has to be there; an address has six of them."""
    labels = holder_words.labels()
    hints = {
        "first_names": _("Tous, dans l’ordre de l’état civil, séparés par des virgules"),
        "birth_date": _("JJ/MM/AAAA, 00 pour un jour ou un mois inconnu"),
        "sex": _("F ou M"),
        "birth_place": _("De la commune, ou 99 et le code du pays ; au format Texte"),
        "nir": _("13 caractères, ou 15 avec la clé ; au format Texte"),
        "mobile": _("Il faut l’un des deux : courriel, mobile"),
        "mail": _("Il faut l’un des deux : courriel, mobile"),
    }
    address = _("Une ligne de l’enveloppe, 38 caractères au plus ; jusqu’à adresse_6")
    told = []
    for column in COLUMNS:
        if column.member.startswith("address_"):
            if column.required:
                told.append((column.name, address, True))
            continue
        said = " – ".join(filter(None, (labels[column.member], hints.get(column.member))))
        told.append((column.name, said, column.required))
    return told

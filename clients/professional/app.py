"""Two pages: whom one looks for and why, and that patient's documents."""

from __future__ import annotations

import re
from collections.abc import Collection

from flask import Flask, abort, current_app, render_template, request

from clients.look.brand import Brand
from clients.look.site import dress
from clients.professional.patient import (
    Invalid,
    NoPatient,
    Search,
    TooMany,
    Unreachable,
    documents,
)
from clients.settings import ProfessionalSettings

BRAND = Brand(
    name="Logiciel du cabinet",
    tagline="Cabinet médical des Tilleuls",
    accent="cumulus",
    symbol="M6 4v5a4 4 0 0 0 8 0V4M10 13v2a5 5 0 0 0 10 0v-2M18 11a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
    note="Application de démonstration : personnes et documents sont imaginaires.",
)
# The provider's list; each is what the patient reads in the trace of accesses.
PURPOSES = (
    ("treatment", "Pour des soins", "Consultation, acte, prescription."),
    ("emergency", "En urgence", "Le patient ne peut pas répondre, et le temps presse."),
    ("care_coordination", "Pour coordonner ses soins", "Un confrère ou une équipe vous l’adresse."),
    ("patient_request", "À sa demande", "Il veut lire son dossier avec vous."),
)
DATE = re.compile(r"\s*(\d{2})[ ./-](\d{2})[ ./-](\d{4})\s*", re.ASCII)
WRONG = {
    "ins_c": "Il y a une faute de frappe : un INS-C a 22 chiffres, et les deux derniers vérifient "
    "les autres.",
    "birth_date": "Écrivez la date en chiffres, par exemple 31/01/1977. Ce qui n’est pas connu "
    "s’écrit 00.",
    "purpose": "Dites pourquoi vous ouvrez ce dossier.",
}
NOBODY = (
    "Aucun dossier n’a cet INS-C et cette date de naissance",
    "Vérifiez les deux avec le patient. Sa lettre d’activation porte l’INS-C.",
)
AWAY = (
    "Le dossier ne répond pas",
    "Réessayez dans un instant. Rien n’a été ouvert.",
)


def create_app(settings: ProfessionalSettings) -> Flask:
    app = Flask("clients.professional", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024
    app.extensions["professional"] = settings
    dress(app, BRAND)
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/patient", "patient", patient, methods=["POST"])
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    return app


def home() -> str:
    return _form(None)


def patient() -> tuple[str, int]:
    """The answer to the form itself: neither INS-C nor name goes into an address."""
    settings: ProfessionalSettings = current_app.extensions["professional"]
    # Another site's page must not make this one look into somebody's record.
    if request.headers.get("Origin", settings.origin) != settings.origin:
        abort(400)
    search, wrong = _typed()
    if wrong:
        return _form(None, wrong), 400
    try:
        found = documents(settings, search)
    except Invalid as invalid:
        return _form(None, invalid.members & WRONG.keys() or set(WRONG)), 400
    except NoPatient:
        return _form(NOBODY), 404
    except TooMany as wait:
        minutes = -(-wait.seconds // 60)
        return _form(("Trop de recherches", f"Réessayez dans {minutes} minutes.")), 429
    except Unreachable as error:
        current_app.logger.warning("unreachable: %s", error)
        return _form(AWAY), 502
    why = next(words for purpose, words, _ in PURPOSES if purpose == search.purpose)
    return render_template("professional/patient.html", answer=found, why=why), 200


def _typed() -> tuple[Search, set[str]]:
    """And which of it is surely wrong; the rest is the provider's to say."""
    form, wrong = request.form, set()
    date = DATE.fullmatch(form.get("birth_date", ""))
    purpose = form.get("purpose", "")
    if not form.get("ins_c", "").strip():
        wrong.add("ins_c")
    if date is None:
        wrong.add("birth_date")
    if purpose not in {name for name, _, _ in PURPOSES}:
        wrong.add("purpose")
    born = "-".join(reversed(date.groups())) if date else ""
    return Search(form.get("ins_c", "").strip(), born, purpose), wrong


def _form(failure: tuple[str, str] | None, wrong: Collection[str] = ()) -> str:
    return render_template(
        "professional/search.html",
        failure=failure,
        wrong={name: words for name, words in WRONG.items() if name in wrong},
        typed=request.form,
        purposes=PURPOSES,
    )

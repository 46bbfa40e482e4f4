"""What each claim of a token says, in a few words of French."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from clients.look.words import moment

INSTANTS = {"exp", "iat", "nbf", "auth_time", "updated_at"}

MEANINGS = {
    # RFC 7519, section 4.1; OIDC Core, section 2; RFC 9068, section 2.2
    "iss": "qui a émis ce jeton",
    "sub": "vous, sous un nom propre à son destinataire",
    "aud": "à qui ce jeton est destiné",
    "exp": "fin de validité",
    "iat": "heure d’émission",
    "nbf": "début de validité",
    "jti": "numéro unique du jeton",
    "auth_time": "heure à laquelle vous avez prouvé qui vous êtes",
    "nonce": "lie le jeton à la demande de ce navigateur",
    "acr": "niveau de la preuve",
    "amr": "moyens de la preuve",
    "azp": "application qui a demandé le jeton",
    "at_hash": "empreinte du jeton d’accès qui l’accompagne",
    "sid": "numéro de la session chez le fournisseur",
    "client_id": "application à laquelle le jeton a été remis",
    "scope": "ce que le jeton permet",
    "cnf": "clé que doit détenir le porteur",
    "typ": "sorte de jeton",
    "alg": "façon dont il est signé",
    "kid": "clé qui l’a signé",
    # OIDC Core, section 5.1, and the scopes of the Dossier Médical Partagé
    "name": "nom complet",
    "given_name": "prénoms",
    "family_name": "nom de naissance",
    "birthdate": "date de naissance",
    "gender": "sexe",
    "birthplace": "commune de naissance, par son code Insee",
    "birthcountry": "pays de naissance, par son code Insee",
    "ins_c": "Identifiant National de Santé Calculé",
    "ins": "matricule INS, avec son statut",
    "email": "adresse de courriel",
    "email_verified": "adresse confirmée par un code",
    "phone_number": "numéro de téléphone",
    "phone_number_verified": "numéro confirmé par un code",
    "locale": "langue",
}


class Claim(NamedTuple):
    name: str
    value: str
    meaning: str


def explained(claims: Mapping[str, Any], now: float) -> list[Claim]:
    """Every claim, in the token's order, times also in words (`now`: Unix seconds)."""
    return [
        Claim(name, _value(value), _meaning(name, value, now)) for name, value in claims.items()
    ]


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _meaning(name: str, value: Any, now: float) -> str:
    meaning = MEANINGS.get(name, "propre à ce fournisseur")
    plausible = isinstance(value, int | float) and 0 < value < 1e11
    return f"{meaning} : {moment(value, now)}" if name in INSTANTS and plausible else meaning

"""Authentication levels and methods (`acr`, `amr`), lowest first, and what they mean in words."""

from __future__ import annotations

from collections.abc import Sequence

PASSWORD = "urn:dmp:acr:password"  # noqa: S105 - the name of a level
MFA = "urn:dmp:acr:mfa"
PASSKEY = "phr"

RANKS = {PASSWORD: 1, MFA: 2, "eidas1": 2, PASSKEY: 3}

LEVEL_WORDS = {
    PASSWORD: "Mot de passe seul",
    MFA: "Deux étapes",
    "eidas1": "Deux étapes",
    PASSKEY: "Clé d’accès",
}

# RFC 8176, section 2
METHOD_WORDS = {
    "pwd": "mot de passe",
    "otp": "code à usage unique",
    "sms": "reçu par SMS",
    "mfa": "deux preuves différentes",
    "hwk": "clé gardée dans un matériel",
    "swk": "clé gardée dans un logiciel",
    "pop": "preuve de possession d’une clé",
    "user": "présence vérifiée de la personne",
    "pin": "code de l’appareil",
    "fpt": "empreinte digitale",
    "face": "reconnaissance du visage",
}


def reaches(acr: object, wanted: str) -> bool:
    """Whether the level `acr` is at least `wanted`; an unknown level reaches nothing."""
    return isinstance(acr, str) and RANKS.get(acr, 0) >= RANKS[wanted]


def level_words(acr: object) -> str:
    return LEVEL_WORDS.get(str(acr), "Niveau inconnu") if acr else "Niveau non précisé"


def method_words(amr: object) -> list[tuple[str, str]]:
    """(code, words) of each method; a code that we do not know speaks for itself."""
    methods: Sequence[object] = amr if isinstance(amr, list) else []
    return [(str(code), METHOD_WORDS.get(str(code), str(code))) for code in methods]

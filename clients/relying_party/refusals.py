"""What a person reads when the provider, or the answer that came back, stops a sign-in."""

from __future__ import annotations

from typing import NamedTuple


class Refusal(NamedTuple):
    """HTTP status, what happened, and what that means or what to do."""

    status: int
    title: str
    advice: str


# RFC 6749, section 4.1.2.1; OIDC Core, section 3.1.2.6; unmet_authentication_requirements 1.0
OAUTH_ERRORS = {
    "access_denied": Refusal(
        403,
        "Vous avez refusé",
        "Vous n’avez pas donné votre accord : rien n’a été transmis à cette application. "
        "Vous pouvez changer d’avis et recommencer.",
    ),
    "login_required": Refusal(
        403, "Il faut vous connecter", "Votre session du Dossier Médical Partagé est terminée."
    ),
    "interaction_required": Refusal(
        403,
        "La connexion n’a pas abouti",
        "Une étape était encore nécessaire, ou la page est restée ouverte trop longtemps.",
    ),
    "consent_required": Refusal(
        403, "Votre accord est nécessaire", "L’application ne peut rien savoir sans votre accord."
    ),
    "unmet_authentication_requirements": Refusal(
        403,
        "Cette connexion ne suffit pas",
        "L’application demande une preuve que votre compte ne peut pas encore donner.",
    ),
    "temporarily_unavailable": Refusal(
        503, "Le service est momentanément indisponible", "Patientez une minute avant de réessayer."
    ),
    "server_error": Refusal(
        502,
        "Le service de connexion a rencontré une erreur",
        "Ce n’est pas de votre fait. Patientez une minute avant de réessayer.",
    ),
    "invalid_grant": Refusal(
        403,
        "Cette connexion n’est plus valable",
        "Elle a déjà servi, ou trop de temps a passé. Il suffit de recommencer.",
    ),
}

OTHER_ERROR = Refusal(
    502,
    "La connexion n’a pas abouti",
    "Le service de connexion n’a pas accepté la demande de cette application.",
)
UNREACHABLE = Refusal(
    503,
    "Le service de connexion ne répond pas",
    "Le Dossier Médical Partagé est injoignable. Patientez une minute avant de réessayer.",
)
REJECTED = Refusal(
    400,
    "Cette réponse n’est plus valable",
    "Elle a déjà servi, elle est trop ancienne, ou elle a été demandée dans un autre navigateur. "
    "Il suffit de recommencer.",
)
API_UNREACHABLE = Refusal(
    503, "Le dossier ne répond pas", "Vos documents sont injoignables. Réessayez dans une minute."
)
API_REFUSED = Refusal(
    403,
    "Le dossier n’a pas accepté cette demande",
    "Votre connexion a été confirmée, mais elle ne suffit pas pour cette page.",
)


def of_provider(error: str) -> Refusal:
    return OAUTH_ERRORS.get(error, OTHER_ERROR)

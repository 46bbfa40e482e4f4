"""What happened to an account, made of the trail: what whoever answers its holder needs, and not
which applications were opened."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.directory import operators
from idp.models import AuditEvent
from idp.web.admin import holder_words as words
from idp.web.rendering import moment
from idp.web.words import _

SHOWN = 20
SUCCESS = "success"


def latest(session: Session, account_id: int, *, connections: bool) -> list[dict[str, Any]]:
    """The newest first; what the person did to sign in only with `connections`."""
    acts = _for_the_holder() | (_by_the_holder() if connections else {})
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.account_id == account_id, AuditEvent.act.in_(acts))
        .order_by(AuditEvent.id.desc())
        .limit(SHOWN)
    ).all()
    names: dict[int, str] = {}
    return [
        {
            "at": moment(event.at),
            "what": acts[event.act],
            "refused": event.outcome if event.outcome != SUCCESS else None,
            "who": _who(session, event, names),
            "motive": words.motive_of(event.act, event.detail.get("motive", "")),
            "proof": words.proof(event.detail.get("proof", "")),
        }
        for event in events
    ]


def _who(session: Session, event: AuditEvent, names: dict[int, str]) -> str:
    if event.actor_id is not None:
        if event.actor_id not in names:
            operator = operators.of_account(session, event.actor_id)
            names[event.actor_id] = operator.name if operator else _("un opérateur")
        return names[event.actor_id]
    return {
        "holder": _("le titulaire, ou qui se donne pour lui"),
        "operator": _("la ligne de commande"),
        "system": _("le service"),
        "client": _("une application"),
    }.get(event.actor, event.actor)


def _for_the_holder() -> dict[str, str]:
    """What was done for somebody, and what became of the account."""
    return {
        "holder.enrolled": _("Enrôlé"),
        "holder.corrected": _("Traits corrigés"),
        "holder.searched": _("Cherché et trouvé"),
        "holder.identifiers_consulted": _("Numéros de santé consultés"),
        "account.consulted": _("Consulté"),
        "account.relettered": _("Nouveau courrier"),
        "account.activated": _("Compte activé"),
        "account.blocked": _("Bloqué"),
        "account.unblocked": _("Débloqué"),
        "closing.asked": _("Fermeture demandée"),
        "closing.undone": _("Fermeture annulée"),
        "account.closed": _("Fermé"),
        "channel.changed": _("Moyen de contact changé"),
        "channel.removed": _("Moyen de contact retiré"),
        "channel.cancelled": _("Changement de moyen de contact annulé"),
    }


def _by_the_holder() -> dict[str, str]:
    """What whoever answers the telephone needs to know why somebody does not come in."""
    return {
        "password.verified": _("Mot de passe"),
        "password.changed": _("Mot de passe changé"),
        "code.sent": _("Code envoyé"),
        "code.verified": _("Code"),
        "totp.enrolled": _("Application d’authentification ajoutée"),
        "totp.verified": _("Code de l’application"),
        "totp.removed": _("Application d’authentification retirée"),
        "recovery_codes.made": _("Codes de secours créés"),
        "recovery_code.verified": _("Code de secours"),
        "passkey.enrolled": _("Clé d’accès ajoutée"),
        "passkey.verified": _("Clé d’accès"),
        "passkey.removed": _("Clé d’accès retirée"),
        "recovery.asked": _("Nouveau mot de passe demandé"),
        "identifier.sent": _("Identifiant de connexion envoyé"),
        "emergency.asked": _("Blocage d’urgence demandé"),
        "session.opened": _("Session ouverte"),
        "session.ended": _("Session fermée"),
    }

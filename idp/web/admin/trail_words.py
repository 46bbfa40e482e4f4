"""The trail in words: acts, outcomes, actors, and why a link does not hold."""

from dataclasses import dataclass, field

from idp.audit import Fault
from idp.web.words import _


def acts() -> dict[str, str]:
    """Every act that the trail may hold, a noun's together."""
    return {
        "password.verified": _("Mot de passe vérifié"),
        "code.sent": _("Code envoyé"),
        "code.verified": _("Code vérifié"),
        "totp.enrolled": _("Application d’authentification ajoutée"),
        "totp.verified": _("Code d’authentification vérifié"),
        "totp.removed": _("Application d’authentification retirée"),
        "passkey.enrolled": _("Clé d’accès ajoutée"),
        "passkey.verified": _("Clé d’accès vérifiée"),
        "passkey.removed": _("Clé d’accès retirée"),
        "recovery_codes.made": _("Codes de secours créés"),
        "recovery_code.verified": _("Code de secours vérifié"),
        "session.opened": _("Connexion"),
        "session.raised": _("Second facteur ajouté à la connexion"),
        "session.ended": _("Session terminée"),
        "holder.enrolled": _("Titulaire enrôlé"),
        "account.activated": _("Compte activé"),
        "account.consulted": _("Compte consulté"),
        "account.relettered": _("Nouveau courrier"),
        "account.blocked": _("Compte bloqué"),
        "account.unblocked": _("Compte débloqué"),
        "account.closed": _("Compte fermé"),
        "password.changed": _("Mot de passe changé"),
        "channel.confirmed": _("Nouvelle adresse ou nouveau numéro confirmé"),
        "channel.changed": _("Adresse ou numéro changé"),
        "channel.removed": _("Adresse ou numéro retiré"),
        "channel.cancelled": _("Changement d’adresse ou de numéro annulé"),
        "connection.ended": _("Connexion durable terminée"),
        "closing.asked": _("Fermeture du compte demandée"),
        "closing.undone": _("Fermeture du compte annulée"),
        "export.asked": _("Copie des données demandée"),
        "export.made": _("Copie des données préparée"),
        "export.taken": _("Copie des données téléchargée"),
        "recovery.asked": _("Nouveau mot de passe demandé"),
        "recovery.verified": _("Code de récupération vérifié"),
        "identifier.sent": _("Identifiant de connexion envoyé"),
        "emergency.asked": _("Blocage d’urgence demandé"),
        "emergency.verified": _("Code du blocage d’urgence vérifié"),
        "ins_c.resolved": _("Personne retrouvée par son INS-C"),
        "import.checked": _("Fichier de titulaires vérifié"),
        "import.started": _("Enrôlement d’un fichier commencé"),
        "import.paused": _("Enrôlement d’un fichier mis en pause"),
        "import.resumed": _("Enrôlement d’un fichier repris"),
        "import.cancelled": _("Reste d’un fichier annulé"),
        "import.ended": _("Enrôlement d’un fichier terminé"),
        "import.letters_made": _("Courriers d’un fichier préparés"),
        "import.letters_taken": _("Courriers d’un fichier remis"),
        "import.letters_expired": _("Courriers d’un fichier effacés à leur terme"),
        "import.letters_asked": _("Nouveaux courriers d’un fichier demandés"),
        "holder.searched": _("Titulaire recherché"),
        "holder.listed": _("Liste des titulaires consultée"),
        "holder.corrected": _("Identité d’un titulaire corrigée"),
        "holder.identifiers_consulted": _("Identifiants de santé consultés"),
        "consent.given": _("Consentement donné"),
        "consent.withdrawn": _("Consentement retiré"),
        "authorization.granted": _("Accès donné à une application"),
        "token.issued": _("Jetons émis"),
        "token.refreshed": _("Jetons renouvelés"),
        "token.revoked": _("Jetons révoqués"),
        "token.refused": _("Jetons refusés"),
        "client.registered": _("Application enregistrée"),
        "client.updated": _("Application modifiée"),
        "client.secret_rotated": _("Secret d’une application remplacé"),
        "client.disabled": _("Application désactivée"),
        "client.enabled": _("Application activée"),
        "client.deleted": _("Application supprimée"),
        "client.tried": _("Connexion d’une application essayée"),
        "resource.registered": _("API enregistrée"),
        "resource.updated": _("API modifiée"),
        "resource.moved": _("Adresse d’une API changée"),
        "initial_token.made": _("Jeton d’enregistrement créé"),
        "initial_token.revoked": _("Jeton d’enregistrement révoqué"),
        "key.created": _("Clé de signature créée"),
        "key.activated": _("Clé de signature employée"),
        "key.retired": _("Clé de signature retirée"),
        "key.removed": _("Clé de signature supprimée"),
        "keys.resealed": _("Données rescellées"),
        "operator.created": _("Opérateur créé"),
        "operator.granted": _("Rôle donné"),
        "operator.revoked": _("Rôle retiré"),
        "operator.renewed": _("Nouveau mot de passe initial d’un opérateur"),
        "organisation.created": _("Organisme créé"),
        "authority.refused": _("Acte refusé à un opérateur"),
        "trail.consulted": _("Trace d’un compte consultée"),
        "trail.exported": _("Trace exportée"),
        "trail.verification_asked": _("Vérification de la trace demandée"),
        "trail.found_broken": _("Trace trouvée rompue"),
        "trail.purged": _("Événements anciens supprimés"),
        "audit_key.created": _("Clé de la trace créée"),
        "audit_key.retired": _("Clé de la trace retirée"),
    }


def nouns() -> dict[str, str]:
    """What acts are about, as `noun.`: a filter of its own each."""
    return {
        "session.": _("Sessions"),
        "account.": _("Comptes"),
        "import.": _("Fichiers de titulaires"),
        "client.": _("Applications"),
        "token.": _("Jetons"),
        "key.": _("Clés de signature"),
        "operator.": _("Opérateurs"),
        "trail.": _("Trace"),
    }


def outcome(name: str) -> str:
    """Why not; a reason that has no words is itself."""
    return outcomes().get(name, name.replace("_", " "))


def outcomes() -> dict[str, str]:
    return {
        "success": _("réussi"),
        "wrong_password": _("mot de passe faux"),
        "unknown_identifier": _("identifiant inconnu"),
        "wrong_code": _("code faux"),
        "code_used": _("code déjà utilisé"),
        "must_wait": _("trop d’essais"),
        "role": _("aucun rôle ne le permet"),
        "organisation": _("autre organisme"),
        "oneself": _("sur soi-même"),
        "importer": _("importé par un autre"),
        "refresh_token_reused": _("jeton de renouvellement réutilisé"),
        "code_used_or_unknown": _("code d’autorisation déjà utilisé"),
    }


def who() -> dict[str, str]:
    """An actor who is nobody by name."""
    return {
        "holder": _("le titulaire"),
        "client": _("l’application"),
        "operator": _("la ligne de commande"),
        "system": _("le service"),
    }


def actors() -> list[tuple[str, str]]:
    return [
        ("holder", _("Titulaire")),
        ("client", _("Application")),
        ("operator", _("Opérateur")),
        ("system", _("Service")),
    ]


def details() -> dict[str, str]:
    return {
        "motive": _("motif"),
        "reason": _("raison"),
        "browser": _("navigateur"),
        "channel": _("voie"),
        "verb": _("acte"),
        "by": _("par"),
        "role": _("rôle"),
        "events": _("événements"),
        "seal": _("sceau"),
        "kid": _("clé"),
        "alg": _("algorithme"),
        "filters": _("filtres"),
        "format": _("format"),
        "grant_type": _("type d’autorisation"),
        "scope": _("portée"),
        "acr": _("niveau"),
        "import_id": _("fichier"),
        "rows": _("lignes"),
        "wrong": _("à corriger"),
        "letters": _("courriers"),
    }


@dataclass(frozen=True)
class Said:
    """All of these words, looked up once for a page of many lines."""

    acts: dict[str, str] = field(default_factory=acts)
    outcomes: dict[str, str] = field(default_factory=outcomes)
    who: dict[str, str] = field(default_factory=who)
    details: dict[str, str] = field(default_factory=details)


def fault(name: str) -> str:
    return {
        Fault.PREVIOUS: _("Il ne suit pas le maillon précédent : un sceau a été retiré ou changé."),
        Fault.COUNT: _("Le nombre d’événements a changé : il en manque, ou il y en a de trop."),
        Fault.CHANGED: _("Un événement a été modifié, ou le sceau lui-même."),
        Fault.PURGED_WITH_EVENTS: _("Il a des événements, alors qu’ils ont été supprimés."),
        Fault.PURGED_OUT_OF_TURN: _("Ses événements ont disparu avant de plus anciens."),
        Fault.PURGE_UNANNOUNCED: _("Ses événements ont disparu sans que la trace le dise."),
        Fault.SEAL_REMOVED: _("Des événements nomment un sceau qui a été retiré."),
        Fault.CHECKPOINT_WITHOUT_SEAL: _("Un point de contrôle signé garantit un sceau disparu."),
        Fault.CHECKPOINT_DIFFERS: _("Un point de contrôle signé en garantissait un autre."),
        Fault.CHECKPOINT_SIGNATURE: _("La signature d’un point de contrôle est fausse."),
    }[Fault(name)]

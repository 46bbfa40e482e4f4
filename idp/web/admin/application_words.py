"""Applications in an operator's words: levels, ways to authenticate, scopes, acts, problems."""

import json
import re
from typing import Any

from idp.config import LEVELS
from idp.directory import own_resources
from idp.directory.client_vocabulary import BY_KEY, BY_SECRET, PUBLIC
from idp.oidc.registry import Registry
from idp.web.words import _

WITH_SECRET = ("client_secret_basic", "client_secret_post", BY_SECRET)
# `redirect_uris 'https://…': what is wrong`, as the registration says it.
PROBLEM = re.compile(r"(?P<member>[a-z_]+)(?: '(?P<value>.*)')?: (?P<wrong>.+)", re.DOTALL)
LONGEST_VALUE = 300


def level(acr: str) -> str:
    return {
        LEVELS[0]: _("Mot de passe"),
        LEVELS[1]: _("Mot de passe et code"),
        LEVELS[2]: _("Clé d’accès"),
    }[acr]


def level_hint(acr: str) -> str:
    return {
        LEVELS[0]: _("Réservé à ce qui ne touche pas à la santé."),
        LEVELS[1]: _("Ce que le courrier promet aux titulaires."),
        LEVELS[2]: _("Résiste à l’hameçonnage ; le titulaire doit en avoir une."),
    }[acr]


def method(name: str) -> str:
    if name == PUBLIC:
        return _("aucun secret, PKCE")
    if name == BY_KEY:
        return _("sa clé")
    return _("un secret")


def scope(name: str, registry: Registry) -> str:
    """What a scope reveals, or lets do."""
    own = {
        "openid": _("Un identifiant propre à elle, le même à chaque connexion"),
        "profile": _("Nom et prénoms, date de naissance, sexe, langue"),
        "email": _("Adresse électronique"),
        "phone": _("Numéro de téléphone"),
        "address": _("Adresse postale"),
        "offline_access": _("Rien de plus, mais elle reste connectée 30 jours sans la personne"),
        "identite_pivot": _("Nom de naissance, prénoms, date, lieu et pays de naissance, sexe"),
        "ins": _("Matricule INS, fait du numéro de sécurité sociale"),
        "ins_c": _("INS-C"),
        own_resources.CLIENTS_READ: _("Administration : voir les applications"),
        own_resources.CLIENTS_MANAGE: _("Administration : enregistrer et changer des applications"),
        own_resources.KEYS_READ: _("Administration : voir les clés de signature"),
        own_resources.KEYS_MANAGE: _("Administration : remplacer les clés de signature"),
        own_resources.HOLDERS_READ: _("Administration : voir les titulaires"),
        own_resources.HOLDERS_MANAGE: _("Administration : enrôler et gérer les titulaires"),
        own_resources.INS_C_RESOLVE: _("Retrouver un titulaire par INS-C et date de naissance"),
        own_resources.DASHBOARD_READ: _("Administration : lire le tableau de bord"),
        own_resources.OPERATORS_READ: _("Administration : voir les opérateurs"),
    }
    if name in own:
        return own[name]
    resource = registry.resource_of(name)
    return f"{resource.scopes[name]} ({resource.name})" if resource else name


def act(name: str) -> str:
    return {
        "client.registered": _("Enregistrée"),
        "client.updated": _("Modifiée"),
        "client.secret_rotated": _("Nouveau secret"),
        "client.disabled": _("Désactivée"),
        "client.enabled": _("Activée"),
        "client.deleted": _("Supprimée"),
    }.get(name, name)


def actor(name: str) -> str:
    return {
        "client": _("l’application elle-même"),
        "operator": _("la ligne de commande"),
        "system": _("le système"),
    }.get(name, name)


def value(shown: Any) -> str:
    """An old or new value in the history."""
    if shown in (None, [], ""):
        return "–"
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def problem(sentence: str) -> tuple[str, str | None, str]:
    """The member, the value if one is named, and what is wrong with it."""
    found = PROBLEM.fullmatch(sentence)
    if found is None:
        return "", None, sentence
    return found["member"], found["value"], wrong(found["wrong"])


def wrong(sentence: str) -> str:
    """What the registration says is wrong, in the page's language; what the form does not lead to
    stays as it is."""
    return {
        "is missing": _("Il en faut un."),
        "is missing or empty": _("Il en faut au moins une."),
        "is not a line of text": _("Ce n’est pas une ligne de texte."),
        "is neither https nor http": _("HTTPS attendu."),
        "is http, which is for this machine (127.0.0.1, localhost) alone": _("HTTPS attendu."),
        "is neither https nor http, nor a scheme that is a reversed domain name": _(
            "HTTPS attendu, ou un schéma propre comme fr.exemple.app:/retour."
        ),
        "has a scheme of its own, which is for native applications without secret": _(
            "Un schéma propre est réservé aux applications mobiles."
        ),
        "has a scheme of its own and a host: write scheme:/path": _(
            "Écrivez schéma:/chemin, sans hôte."
        ),
        "has a query parameter that the response will add": _(
            "Un de ses paramètres est de ceux que la réponse ajoutera."
        ),
        "has a character that an address must have percent-encoded": _(
            "Un caractère doit y être codé."
        ),
        "has a fragment": _("Pas de # dans l’adresse."),
        "cannot be read": _("L’adresse ne se lit pas."),
        "has no scheme, or one in capitals": _("Elle commence par https:// en minuscules."),
        "has a user name before the host": _("Pas de nom d’utilisateur dans l’adresse."),
        "has a port that is none": _("Le port n’en est pas un."),
        "has no host name in small letters": _("Le nom d’hôte s’écrit en minuscules."),
        "has a value twice or more than 50 of them": _("Une adresse y est deux fois."),
        "is missing, and jwks_uri too: private_key_jwt needs one of them": _(
            "Donnez sa clé publique, ou l’adresse où elle se trouve."
        ),
        "is there beside jwks_uri": _("Donnez la clé ou son adresse, pas les deux."),
        "is not a JWK Set of 1 to 20 keys": _("Ce n’est pas un ensemble de clés JWK."),
        "has a private or a symmetric key: keep that to yourself, and make a new one": _(
            "Une clé privée y figure : elle n’est plus secrète, faites-en une autre."
        ),
        "or its uri is needed: the redirect URIs do not name one host": _(
            "Les adresses de retour n’ont pas toutes le même hôte : "
            "il faut dire lequel vaut pour l’application."
        ),
        "is too low for an application with a health identifier": _(
            "Trop bas pour une application qui reçoit un identifiant de santé."
        ),
        "has offline_access without the grant refresh_token": _(
            "offline_access demande une application à laquelle des personnes se connectent."
        ),
        "has what is for a machine that people do not connect to": _(
            "Une des API est pour les machines, auxquelles personne ne se connecte."
        ),
        "has what tells of a person, and a machine asks nobody": _(
            "Une machine n’a personne à interroger : rien de ce qui décrit une personne."
        ),
    }.get(sentence, sentence)

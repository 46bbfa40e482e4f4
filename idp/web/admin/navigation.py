"""The console's doors, as far as the roles open them, and the roles' names."""

from flask import request, url_for

from idp.directory.authority import Mandate, Verb
from idp.models import Role
from idp.web.words import _


def entries(mandate: Mandate) -> list[dict[str, object]]:
    """What stands at the side of every page; `here` is where one is."""
    doors = (
        ("admin.home", None, _("Accueil")),
        ("admin_holders.index", Verb.HOLDER_READ, _("Titulaires")),
        ("admin_applications.index", Verb.CLIENT_READ, _("Applications")),
        ("admin_dashboard.index", Verb.DASHBOARD_READ, _("Tableau de bord")),
        ("admin_keys.index", Verb.KEY_READ, _("Clés")),
        ("admin_operators.index", Verb.OPERATOR_READ, _("Opérateurs")),
        ("admin_trail.index", Verb.TRAIL_READ, _("Trace")),
    )
    return [
        {"name": name, "url": url_for(endpoint), "here": _is_in(endpoint.partition(".")[0])}
        for endpoint, verb, name in doors
        if verb is None or mandate.may(verb)
    ]


def first_acts(mandate: Mandate) -> list[dict[str, str]]:
    """What one mostly comes to do, for who arrives."""
    acts = (
        (
            "admin_holders.index",
            Verb.HOLDER_READ,
            _("Rechercher un titulaire"),
            _("Par son identifiant, son INS-C ou son NIR, ou par un nom et la date de naissance."),
        ),
        (
            "admin_holder_form.new",
            Verb.HOLDER_ENROL,
            _("Enrôler un titulaire"),
            _("Saisir son identité et son adresse, et imprimer son courrier."),
        ),
        (
            "admin_holder_imports.index",
            Verb.HOLDER_IMPORT,
            _("Enrôler par fichier"),
            _("Plusieurs personnes à la fois, et leurs courriers en un seul PDF."),
        ),
        (
            "admin_application_form.new",
            Verb.CLIENT_REGISTER,
            _("Inscrire une application"),
            _("Dire ce qu’elle est et ce qu’elle saura, puis essayer une connexion."),
        ),
        (
            "admin_dashboard.index",
            Verb.DASHBOARD_READ,
            _("Voir ce qui se passe"),
            _("Connexions, échecs, messages et leurs délais, par application."),
        ),
        (
            "admin_operator_form.new",
            Verb.OPERATOR_CREATE,
            _("Nommer un opérateur"),
            _("Lui donner un rôle dans un organisme, et son mot de passe initial."),
        ),
        (
            "admin_trail_checks.index",
            Verb.TRAIL_VERIFY,
            _("Vérifier la trace"),
            _("Prouver que rien n’y a été changé, retiré ni ajouté."),
        ),
    )
    return [
        {"url": url_for(endpoint), "title": title, "words": words}
        for endpoint, verb, title, words in acts
        if mandate.may(verb)
    ]


def _is_in(section: str) -> bool:
    """A noun's pages are several Blueprints: `admin_applications`, `admin_application_form`, …"""
    here = request.blueprint or ""
    return here == section or (section != "admin" and here.startswith(section.removesuffix("s")))


def role_name(role: str) -> str:
    return {
        Role.OWNER: _("propriétaire"),
        Role.CLIENT_ADMINISTRATOR: _("administrateur des applications"),
        Role.ENROLMENT_AGENT: _("agent d’enrôlement"),
        Role.HELP_DESK: _("assistance"),
        Role.AUDITOR: _("auditeur"),
    }[Role(role)]


def role_words(role: str) -> str:
    """What the role is for, for whoever gives it."""
    return {
        Role.OWNER: _("Nomme les opérateurs, change les clés, administre toutes les applications."),
        Role.CLIENT_ADMINISTRATOR: _("Inscrit et administre les applications de son organisme."),
        Role.ENROLMENT_AGENT: _("Crée les comptes des titulaires et imprime leurs courriers."),
        Role.HELP_DESK: _("Répond aux titulaires : nouveau courrier, moyen de contact, blocage."),
        Role.AUDITOR: _("Lit tout, ne change rien."),
    }[Role(role)]


def role(which: Role) -> tuple[str, str, str]:
    """Value, name, and what it is for."""
    return which.value, role_name(which), role_words(which)

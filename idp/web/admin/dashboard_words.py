"""The dashboard in words: periods, lines, kinds of messages, slots of time."""

from babel.numbers import format_compact_decimal
from flask_babel import format_date, format_datetime

from idp.directory import dashboard, french_day
from idp.directory.periods import Period, Unit
from idp.messages import kinds
from idp.web.admin import trail_words
from idp.web.rendering import moment
from idp.web.words import _, language

DATES = "dates"


def periods() -> list[tuple[str, str]]:
    return [
        (Period.DAY, _("24 dernières heures")),
        (Period.WEEK, _("7 derniers jours")),
        (Period.MONTH, _("30 derniers jours")),
        (Period.YEAR, _("12 derniers mois")),
        (DATES, _("Dates choisies")),
    ]


def line(name: str) -> str:
    """Of connections, messages and tokens."""
    return {
        dashboard.TO_APPLICATION: _("Vers une application"),
        dashboard.TO_OWN_SPACE: _("Espace personnel et console"),
        "sent": _("Envoyés"),
        "failed": _("Échoués"),
        "expired": _("Trop tard"),
        "authorization_code": _("Connexion (authorization_code)"),
        "refresh_token": _("Renouvellement (refresh_token)"),
        "client_credentials": _("Machine (client_credentials)"),
        "implicit": _("Connexion (implicit)"),
        dashboard.TOKENS_REFUSED: _("Refusés"),
        "": _("Autres"),
    }.get(name, name)


def reason(name: str) -> str:
    """Of a failure, as a heading says it."""
    said = {
        "code_expired": _("code périmé"),
        "code_void": _("code annulé par un plus récent"),
        "initial_password_expired": _("mot de passe initial périmé"),
        "initial_password_used": _("mot de passe initial déjà utilisé"),
        "account_blocked": _("compte bloqué"),
        "refused": _("clé d’accès refusée"),
        "unknown_passkey": _("clé d’accès inconnue"),
        "challenge_used_or_expired": _("clé d’accès trop tardive"),
        "wrong_origin": _("clé d’accès d’un autre site"),
        "not_verified": _("clé d’accès sans vérification"),
        "cloned": _("clé d’accès copiée"),
        "not_an_operator": _("titulaire à la porte de la console"),
        "is_an_operator": _("opérateur à la porte d’une application"),
    }.get(name) or trail_words.outcome(name)
    return said[:1].upper() + said[1:]


def kind(name: str) -> str:
    return {
        kinds.ONE_TIME_CODE: _("Mot de passe à usage unique"),
        kinds.PASSWORD_ACTIVATED: _("Compte activé"),
        kinds.SECURITY_NOTICE: _("Avis de sécurité"),
        kinds.CHANNEL_CODE: _("Code d’un nouveau contact"),
        kinds.CHANNEL_ANNOUNCED: _("Changement de contact annoncé"),
        kinds.ACCOUNT_NOTICE: _("Avis sur le compte"),
        kinds.RECOVERY: _("Nouveau mot de passe"),
        kinds.RECOVERY_BY_LETTER: _("Nouveau mot de passe par courrier"),
        kinds.LOGIN_IDENTIFIER: _("Identifiant oublié"),
        kinds.EMERGENCY_CODE: _("Blocage d’urgence"),
        kinds.IDENTITY_CORRECTED: _("Identité corrigée"),
        kinds.LOGOUT: _("Déconnexion"),
    }.get(name, name)


def channel(name: str) -> str:
    return {
        "mail": _("courriel"),
        "sms": _("SMS"),
        kinds.BACKCHANNEL: _("application"),
    }.get(name, name)


def number(count: int) -> str:
    """By thousands. Babel's own takes longer than the page's queries, for there are hundreds."""
    return f"{count:,}".replace(",", "\u202f") if language() == "fr" else f"{count:,}"


def height(count: int) -> str:
    """Of a column, in as few letters as an axis has room for."""
    if count < 10_000:
        return number(count)
    return str(format_compact_decimal(count, locale=language(), fraction_digits=1))


def seconds(count: int | None) -> str:
    """How long, in as few letters as an axis has room for."""
    if count is None:
        return "–"
    for size, unit in ((86_400, _("j")), (3600, "h"), (60, "min")):
        if count >= size and count % size == 0:
            return f"{count // size}\u00a0{unit}"
    return f"{count}\u00a0s"


def pair(name: str, value: object) -> str:
    return _("%(name)s : %(value)s", name=name, value=value)


def slot(begins: int, unit: Unit) -> str:
    """Whole, as a table says it."""
    if unit == Unit.MONTH:
        return str(format_date(french_day.of(begins), "MMMM yyyy"))
    if unit == Unit.DAY:
        return str(format_date(french_day.of(begins), "EEE d MMM yyyy"))
    pattern = "d MMM, H' h'" if language() == "fr" else "d MMM, HH:mm"
    return str(format_datetime(moment(begins), pattern))


def mark(begins: int, unit: Unit) -> str:
    """Short, as an axis says it."""
    if unit == Unit.MONTH:
        return str(format_date(french_day.of(begins), "MMM"))
    if unit == Unit.DAY:
        return str(format_date(french_day.of(begins), "d MMM"))
    pattern = "H' h'" if language() == "fr" else "HH:mm"
    return str(format_datetime(moment(begins), pattern))

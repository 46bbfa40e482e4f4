"""What the three doors have in common: what was typed is read and counted, and the worker is asked
to look. Whether there is such a person, nobody knows here."""

from typing import Any

from idp import clock
from idp.factors import throttle
from idp.identity import email_address, login_identifier, phone
from idp.identity.errors import InvalidValue
from idp.messages import kinds
from idp.models import Message
from idp.web import identifier_words, visitor
from idp.web.current import database, provider, settings
from idp.web.refusals import Said
from idp.web.words import _, delay, language


def read_identifier(typed: str) -> tuple[str | None, list[Said]]:
    """As on the login page: a typing error is said at once, and no try is counted."""
    try:
        return login_identifier.parse(typed), []
    except InvalidValue as error:
        return None, [identifier_words.misread(typed, error)]


def read_contact(typed: str) -> tuple[str | None, list[Said]]:
    """A mail address, or else a mobile number."""
    try:
        return (email_address.parse(typed) if "@" in typed else phone.parse(typed)), []
    except InvalidValue:
        why = _("Par exemple : marie@exemple.fr, ou 06 12 34 56 78.")
        title = _("Saisissez une adresse de courriel ou un numéro de mobile")
        return None, [("contact", title, why)]


def count(what: str, whose: str, browser: str | None) -> list[Said]:
    """What is asked is counted, for whoever is meant and for the network address; empty: go on."""
    keyring, chosen = provider().keyring, settings()
    address = visitor.origin().address
    counters = [
        throttle.for_recovery(keyring, chosen, what, whose, browser),
        throttle.for_recovery_address(keyring, chosen, address),
    ]
    try:
        throttle.reserve(database(), chosen, counters)
    except throttle.MustWait as refusal:
        why = _(
            "Trop de demandes ont été faites. Vous pourrez réessayer dans %(delay)s, "
            "ou appeler l’assistance.",
            delay=delay(refusal.seconds),
        )
        return [(None, _("Il faut attendre avant de réessayer"), why)]
    return []


def ask(session: Any, kind: str, typed: str, **context: Any) -> Message:
    """Have the worker look; it looks every second."""
    until = clock.now() + settings().recovery_lifetime
    return kinds.lookup(session, kind, typed, language(), expires_at=until, **context)

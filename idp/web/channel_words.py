"""Why a new address or number is not taken, and what becomes of it, in words: (field, title, text)
of the page's summary."""

from idp.factors.new_channel import Refused
from idp.factors.one_time_code import CannotSend
from idp.identity.errors import InvalidValue
from idp.models import ChannelKind
from idp.web.refusals import Said
from idp.web.words import _, delay


def misread(kind: str, error: InvalidValue) -> Said:
    if kind == ChannelKind.MAIL:
        return ("value", _("Cette adresse ne se lit pas"), _("Écrivez-la comme nom@exemple.fr."))
    if error.reason == "not_mobile":
        return ("value", _("Ce numéro est celui d’un fixe"), _("Il ne reçoit pas de SMS."))
    return ("value", _("Ce numéro ne se lit pas"), _("Écrivez-le comme 06 12 34 56 78."))


def refused(refusal: Refused) -> Said:
    if refusal.reason == "same":
        why = _("Vos codes y arrivent aujourd’hui.")
        return ("value", _("C’est déjà votre moyen de contact"), why)
    why = _("Annulez-le d’abord sur la page de vos moyens de contact.")
    return (None, _("Un changement attend déjà"), why)


def cannot_send(refusal: CannotSend) -> Said:
    if refusal.reason == "too_many":
        title = _("Trop de codes ont été envoyés aujourd’hui")
    else:
        title = _("Un code vient d’être envoyé")
    return (None, title, _("Vous pourrez réessayer dans %(delay)s.", delay=delay(refusal.seconds)))


def confirmed(kind: str, wait: int) -> str:
    """`wait`: seconds before it is used."""
    by_mail = kind == ChannelKind.MAIL
    if not wait:
        return (
            _("Votre nouvelle adresse est confirmée.")
            if by_mail
            else _("Votre nouveau numéro est confirmé.")
        )
    after = delay(wait)
    if by_mail:
        return _("Votre nouvelle adresse est confirmée. Elle servira dans %(delay)s.", delay=after)
    return _("Votre nouveau numéro est confirmé. Il servira dans %(delay)s.", delay=after)


def removed(kind: str) -> str:
    return _("L’adresse est retirée.") if kind == ChannelKind.MAIL else _("Le numéro est retiré.")

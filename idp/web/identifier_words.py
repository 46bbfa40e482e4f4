"""Why a login identifier cannot be read, in words. A typing error is said at once: no try is
counted, for nothing was looked up."""

from idp.identity.errors import InvalidValue
from idp.web.refusals import Said
from idp.web.words import _


def misread(typed: str, error: InvalidValue) -> Said:
    if not typed.strip():
        title = _("Saisissez votre identifiant de connexion")
        return "identifier", title, _("Il figure sur votre courrier.")
    if error.reason == "key":
        why = _("Un chiffre semble mal tapé : comparez avec votre courrier.")
    else:
        why = _("Il compte 12 chiffres : comparez avec votre courrier.")
    return "identifier", _("L’identifiant est mal tapé"), why

"""Why a code of the authenticator application, or of the printed sheet, was not taken, in words:
(field, title, text) of the page's summary."""

from idp.factors.guess import Outcome, Verdict
from idp.web.refusals import Said
from idp.web.words import _, delay, ngettext


def unreadable() -> Said:
    return ("code", _("Saisissez les six chiffres du code"), "")


def missing_recovery_code() -> Said:
    return ("code", _("Saisissez un code de secours"), "")


def refusal(outcome: Outcome) -> Said:
    """Of a code that an application shows."""
    if outcome.verdict == Verdict.USED:
        why = _("Attendez que votre application en montre un autre.")
        return ("code", _("Ce code a déjà servi"), why)
    return _wrong(outcome, _("Ce code n’est pas le bon"))


def recovery_refusal(outcome: Outcome) -> Said:
    return _wrong(outcome, _("Ce code de secours n’est pas le bon, ou a déjà servi"))


def _wrong(outcome: Outcome, title: str) -> Said:
    if outcome.verdict == Verdict.MUST_WAIT:
        title = _("Il faut attendre avant de réessayer")
        why = _(
            "Trop de codes erronés ont été saisis. Vous pourrez réessayer dans %(delay)s.",
            delay=delay(outcome.wait),
        )
        return (None, title, why)
    if outcome.wait:
        why = _("Vous pourrez réessayer dans %(delay)s.", delay=delay(outcome.wait))
    else:
        why = ngettext(
            "Il vous reste %(num)d essai.", "Il vous reste %(num)d essais.", outcome.tries
        )
    return ("code", title, why)

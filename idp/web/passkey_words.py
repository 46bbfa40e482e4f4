"""Why a passkey was not taken, in words: (field, title, text) of the page's summary."""

from idp.factors.passkey import Outcome, Verdict
from idp.web.refusals import Said
from idp.web.words import _, delay


def refusal(outcome: Outcome) -> Said:
    if outcome.verdict == Verdict.MUST_WAIT:
        return (
            None,
            _("Il faut attendre avant de réessayer"),
            _(
                "Trop d’essais n’ont pas abouti. Vous pourrez réessayer dans %(delay)s.",
                delay=delay(outcome.wait),
            ),
        )
    if outcome.verdict == Verdict.BLOCKED:
        return (
            None,
            _("Votre compte est bloqué"),
            _("Appelez l’assistance : un conseiller vous dira pourquoi et comment le rouvrir."),
        )
    title = _("Cette clé d’accès n’a pas été acceptée")
    return (None, title, _reason(outcome.verdict))


def _reason(verdict: Verdict) -> str:
    if verdict == Verdict.NOT_VERIFIED:
        return _(
            "Votre appareil n’a demandé ni code, ni empreinte, ni visage. "
            "Réglez-le pour qu’il le fasse, ou prenez un autre appareil."
        )
    if verdict == Verdict.UNKNOWN:
        return _(
            "Elle n’est pas, ou n’est plus, enregistrée sur un compte d’ici. "
            "Prenez-en une autre, ou connectez-vous autrement."
        )
    if verdict == Verdict.CLONED:
        return _(
            "Une copie semble en avoir servi ailleurs. "
            "Connectez-vous autrement, retirez-la de votre compte et appelez l’assistance."
        )
    return _("La page est peut-être restée ouverte trop longtemps : réessayez.")

"""Why a code was not sent or not taken, in words: (field, title, text) of the page's summary."""

from idp.factors.one_time_code import CannotSend, Outcome, Verdict
from idp.web.interaction.journey import Journey
from idp.web.refusals import Said
from idp.web.words import _, delay, ngettext


def beside_field() -> str:
    return _("Six chiffres, ceux du dernier message reçu.")


def unreadable() -> Said:
    return ("code", _("Saisissez les six chiffres du code"), "")


def refusal(outcome: Outcome) -> Said:
    if outcome.verdict == Verdict.MUST_WAIT:
        return (
            None,
            _("Il faut attendre avant de réessayer"),
            _(
                "Trop de codes erronés ont été saisis. Vous pourrez réessayer dans %(delay)s.",
                delay=delay(outcome.wait),
            ),
        )
    if outcome.verdict == Verdict.WRONG:
        return ("code", _("Ce code n’est pas le bon"), _left(outcome))
    if outcome.verdict == Verdict.EXPIRED:
        why = _("Il a expiré : demandez-en un nouveau ci-dessous.")
    else:
        why = _(
            "Un autre l’a remplacé, ou trop d’essais ont été faits : "
            "demandez-en un nouveau ci-dessous."
        )
    return ("code", _("Ce code n’est plus valable"), why)


def _left(outcome: Outcome) -> str:
    if outcome.wait:
        return _("Vous pourrez réessayer dans %(delay)s.", delay=delay(outcome.wait))
    return ngettext("Il vous reste %(num)d essai.", "Il vous reste %(num)d essais.", outcome.tries)


def cannot_send(refused: CannotSend | None, *, has_one: bool) -> list[Said]:
    """`has_one`: this journey has sent a code, so there is a field to type it in."""
    if refused is None:
        return []
    if refused.reason == "no_channel":
        return [(None, _("Nous ne savons pas où vous écrire"), _("Appelez l’assistance."))]
    if refused.reason == "too_many":
        why = _(
            "Par sécurité, nous n’en envoyons plus avant demain. "
            "Pour toute question, appelez l’assistance."
        )
        return [(None, _("Trop de codes ont été envoyés aujourd’hui"), why)]
    return [(None, _("Un code vient d’être envoyé"), _too_soon(refused.seconds, has_one))]


def _too_soon(seconds: int, has_one: bool) -> str:
    after = delay(seconds)
    if has_one:
        return _(
            "Saisissez-le s’il est arrivé, ou demandez-en un autre dans %(delay)s.", delay=after
        )
    return _(
        "C’est une autre page qui l’a demandé : saisissez-y le code puis rechargez celle-ci, "
        "ou demandez-en un autre dans %(delay)s.",
        delay=after,
    )


def reason(journey: Journey) -> str:
    """Why somebody who is signed in already is asked for more; empty right after the password."""
    if journey.client is None or journey.activating or journey.situation.progress.authenticated_at:
        return ""
    return _("L’application demande de vérifier que c’est bien vous.")

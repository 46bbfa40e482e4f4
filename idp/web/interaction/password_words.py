"""Why a password was not taken, and why it is asked, in words."""

from dataclasses import dataclass

from idp.factors.password import Outcome, Verdict
from idp.identity.errors import InvalidValue
from idp.models import SessionKind
from idp.web import identifier_words
from idp.web.interaction.journey import Journey
from idp.web.words import _, delay


@dataclass
class Problem:
    """Said in the summary, and beside the field where there is one."""

    title: str
    text: str = ""
    field: str | None = None
    beside: str = ""


def misread(typed: str, error: InvalidValue) -> Problem:
    field, title, beside = identifier_words.misread(typed, error)
    return Problem(title, field=field, beside=beside)


def missing() -> Problem:
    title = _("Saisissez votre mot de passe")
    return Problem(title, field="password", beside=f"{title}.")


def refusal(outcome: Outcome) -> Problem:
    """What is wrong, and what to do about it."""
    if outcome.verdict == Verdict.MUST_WAIT:
        return _must_wait(outcome.wait)
    if outcome.verdict == Verdict.BLOCKED:
        return Problem(
            _("Votre compte est bloqué"),
            _("Appelez l’assistance : un conseiller vous dira pourquoi et comment le rouvrir."),
        )
    if outcome.verdict == Verdict.INITIAL_EXPIRED:
        return Problem(
            _("Ce mot de passe initial est périmé"),
            _(
                "Celui de votre courrier n’est plus valable. "
                "Appelez l’assistance : vous recevrez un nouveau courrier."
            ),
        )
    if outcome.verdict == Verdict.INITIAL_USED:
        return Problem(
            _("Ce mot de passe initial a déjà servi"),
            _(
                "Votre compte est activé : saisissez le mot de passe que vous avez choisi. "
                "Si vous l’avez oublié, ou si ce n’était pas vous, appelez l’assistance."
            ),
        )
    return Problem(_("L’identifiant ou le mot de passe n’est pas le bon"), _advice(outcome))


def wrong_door(journey: Journey) -> Problem:
    """Said to who has proved the password: nobody learns from it whose an identifier is."""
    if journey.kind == SessionKind.OPERATOR:
        return Problem(
            _("Ce compte n’est pas celui d’un opérateur"),
            _("L’administration du service n’est ouverte qu’aux opérateurs."),
        )
    return Problem(
        _("Ce compte est celui d’un opérateur"),
        _("Il ouvre l’administration du service, et aucune application."),
    )


def _must_wait(seconds: int) -> Problem:
    return Problem(
        _("Il faut attendre avant de réessayer"),
        _(
            "Trop d’essais n’ont pas abouti. Vous pourrez réessayer dans %(delay)s.",
            delay=delay(seconds),
        ),
    )


def _advice(outcome: Outcome) -> str:
    """What a failure costs is said before it happens."""
    if outcome.wait:
        return _(
            "Vérifiez les deux. Vous pourrez réessayer dans %(delay)s.", delay=delay(outcome.wait)
        )
    advice = _("Vérifiez les deux, puis réessayez.")
    if outcome.next_wait:
        cost = delay(outcome.next_wait)
        advice += " " + _("Après un nouvel échec, il faudra attendre %(delay)s.", delay=cost)
    return advice


def reason(journey: Journey) -> str | None:
    """Why somebody who is signed in is asked again."""
    why = journey.question.reason if journey.question else ""
    if why == "max_age":
        return _(
            "L’application demande que vous veniez de vous identifier : "
            "saisissez de nouveau votre mot de passe."
        )
    if why == "login_prompt" and journey.live is not None:
        return _("L’application demande que vous vous identifiiez de nouveau.")
    if why == "other_subject":
        return _("L’application attend une autre personne que celle qui est connectée ici.")
    if journey.kind == SessionKind.OPERATOR:
        return _("Administration du service, réservée aux opérateurs.")
    return None

"""The rules of a chosen password, in words."""

from collections.abc import Sequence

from idp.factors.password_rules import Rule, broken
from idp.web.current import settings
from idp.web.refusals import Said
from idp.web.words import _

# How the page groups the rules: what is shown, and which rules it stands for.
SHOWN = (
    ("length", ("length", "too_long")),
    ("traits", ("personal",)),
    ("strength", ("initial", "present", "leaked", "guessable")),
)


def shown(rules: Sequence[Rule]) -> list[dict[str, object]]:
    """The lines of the page's list, each with whether it is met."""
    kept = {rule.id: rule.kept for rule in rules}
    words = {
        "length": _("compte au moins %(count)s caractères", count=settings().password_minimum),
        "traits": _("n’est fait ni de votre nom ni de votre date de naissance"),
        "strength": _("ne se devine pas : ni mot de passe connu, ni suite de touches"),
    }
    weaker = words | {"strength": _("peut encore être deviné : ajoutez un mot")}
    lines: list[dict[str, object]] = []
    for name, members in SHOWN:
        ok = all(kept.get(member, True) for member in members)
        lines.append({"id": name, "ok": ok, "text": (words if ok else weaker)[name]})
    return lines


def refusals(rules: Sequence[Rule]) -> list[Said]:
    """The field, what is wrong, and beside the field the first reason."""
    return [
        ("new_password", _("Ce mot de passe ne convient pas"), _reasons()[name])
        for name in broken(rules)[:1]
    ]


def differ() -> Said:
    beside = _("Saisissez une seconde fois le même mot de passe.")
    return ("new_password_again", _("Les deux saisies diffèrent"), beside)


def _reasons() -> dict[str, str]:
    fewest, most = settings().password_minimum, settings().password_maximum
    return {
        "length": _(
            "Il compte moins de %(count)s caractères : ajoutez un mot ou deux.", count=fewest
        ),
        "too_long": _("Il compte plus de %(count)s caractères.", count=most),
        "personal": _(
            "Il est fait de votre nom, de votre date de naissance ou de vos coordonnées : "
            "on y penserait en premier."
        ),
        "initial": _("C’est celui de votre courrier : choisissez-en un autre."),
        "present": _("C’est votre mot de passe actuel : choisissez-en un autre."),
        "leaked": _(
            "Il figure parmi les mots de passe connus des pirates : choisissez-en un autre."
        ),
        "guessable": _(
            "Il peut encore être deviné : ajoutez un mot, sans rapport avec les autres."
        ),
    }

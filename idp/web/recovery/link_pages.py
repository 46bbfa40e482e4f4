"""What the pages behind links have in common: the account is blocked, the link is over."""

from flask import render_template
from flask.typing import ResponseReturnValue

from idp.web import errors
from idp.web.words import _


def blocked() -> ResponseReturnValue:
    """What was done, and what happens next."""
    return render_template("recovery/blocked.html")


def over(known: bool) -> ResponseReturnValue:
    """The link was used, has expired, or never was one."""
    if known:
        why = _("Il a déjà servi, un autre l’a remplacé, ou il a expiré.")
    else:
        why = _("L’adresse est incomplète, ou ce lien est trop ancien.")
    return errors.page(
        410 if known else 404,
        _("Ce lien ne sert plus"),
        why,
        _("Rien n’a été changé. Pour demander un nouveau lien, bloquer votre compte ou nous "
          "appeler, suivez le chemin ci-dessous."),
        back_url="/forgotten",
        back_label=_("Retrouver l’accès à mon compte"),
    )  # fmt: skip

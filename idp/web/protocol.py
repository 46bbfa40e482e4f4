"""The protocol's one page of its own: a refused authorization request."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from idp.oidc.errors import Displayed
from idp.web import edge, errors
from idp.web.words import _

protocol = Blueprint("protocol", __name__)


@protocol.route("/authorize", methods=["GET", "POST"])
def refused() -> ResponseReturnValue:
    """What the edge could not redirect: nobody knows whose address that is."""
    refusal: Displayed = request.environ[edge.REFUSAL]
    return errors.malformed(
        refusal,
        _("Cette demande de connexion n’est pas valable"),
        _("L’application qui vous envoie ici a mal rempli sa demande : par prudence, "
          "nous ne vous y renvoyons pas."),
    )  # fmt: skip

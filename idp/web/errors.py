"""When something is wrong: a page in words with a reference that the log has too."""

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from idp.oidc.errors import Displayed
from idp.web import problems
from idp.web.edge import REFERENCE
from idp.web.traces import where
from idp.web.words import _

log = structlog.get_logger("idp.error")


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _unexpected)


def page(
    status: int, title: str, text: str, what_to_do: str = "", back_url: str | None = None,
    back_label: str | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """The error page; a program gets the status in its own words."""
    if problems.are_wanted():
        return problems.answer(status)
    return (
        render_template(
            "error.html",
            title=title,
            text=text,
            what_to_do=what_to_do,
            back_url=back_url,
            back_label=back_label,
            reference=request.environ.get(REFERENCE),
        ),
        status,
    )


def malformed(refusal: Displayed, title: str, text: str, **way_on: str) -> ResponseReturnValue:
    """A request of an application that cannot be sent back to it; `way_on` is the page's link."""
    what_to_do = _(
        "Prévenez l’application en lui donnant ces mots : « %(error)s : %(detail)s ».",
        error=refusal.error,
        detail=refusal.description,
    )
    return page(400, title, text, what_to_do, **way_on)


def _form_too_old(error: CSRFError) -> ResponseReturnValue:
    return page(
        400,
        _("Ce formulaire n’est plus valable"),
        _("Il a été ouvert il y a longtemps, dans un autre navigateur, ou sans cookies."),
        _("Revenez à la page et recommencez : rien n’a été enregistré."),
        back_url=request.path,
        back_label=_("Revenir à la page"),
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if problems.are_wanted() and status < 500:
        return problems.of(error)
    if status == 404:
        return page(
            404,
            _("Cette page n’existe pas"),
            _("L’adresse a peut-être été mal recopiée."),
            back_url="/",
            back_label=_("Aller à l’accueil"),
        )
    if status >= 500:
        return _unexpected(error)
    return page(
        status,
        _("Cette demande n’a pas pu être lue"),
        _("Elle est incomplète, trop longue, ou n’est pas prévue à cette adresse."),
        _("Revenez en arrière et recommencez : rien n’a été enregistré."),
        back_url="/",
        back_label=_("Aller à l’accueil"),
    )


def _database_away(error: OperationalError) -> ResponseReturnValue:
    log.error("database", reference=request.environ.get(REFERENCE), error=type(error.orig).__name__)
    return page(
        503,
        _("Le service est très demandé"),
        _("Nous n’avons pas pu répondre à temps. Rien n’a été enregistré."),
        _("Patientez une minute, puis recommencez."),
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error(
        "unexpected",
        reference=request.environ.get(REFERENCE),
        error=type(error).__name__,
        where=where(error),
    )
    return page(
        500,
        _("Nous n’avons pas pu répondre"),
        _("L’erreur est de notre côté. Rien n’a été enregistré."),
        _("Recommencez dans quelques minutes."),
    )

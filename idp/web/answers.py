"""The way back to the application: one writer for every place that answers it."""

from collections.abc import Callable

import flask
from flask.typing import ResponseReturnValue

from idp.oidc.http import Response, redirect
from idp.oidc.responses import AuthorizationResponse
from idp.web import current, rendering
from idp.web.form_post import FormPost


def write(
    answer: AuthorizationResponse, form_post: FormPost, language: Callable[[], str]
) -> Response:
    """By the response mode that was asked for; only a page has a `language`."""
    if answer.response_mode == "form_post":
        return form_post.response(answer, language())
    return redirect(answer.address)


def to_client(answer: AuthorizationResponse) -> ResponseReturnValue:
    """The same, at the end of a page."""
    written = write(answer, current.form_post(), rendering.language)
    return flask.Response(written.body, written.status, written.headers)

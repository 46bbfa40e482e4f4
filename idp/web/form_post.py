"""OAuth 2.0 Form Post Response Mode: the answer as a form that the browser posts to the
application.

The page is rendered once in each language, with gaps, for it is shown in an instant and sent as
often as there are codes. Its policy lets a form go to the application and nowhere else.
"""

import re
from html import escape
from urllib.parse import urlsplit

from flask import Flask, g, render_template

from idp.crypto import new_secret
from idp.oidc.http import NO_STORE, Response
from idp.oidc.responses import AuthorizationResponse
from idp.web import security

GAP = re.compile("@@(nonce|action|host|fields)@@")


class FormPost:
    """Of one application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._pages: dict[str, str] = {}

    def response(self, answer: AuthorizationResponse, language: str) -> Response:
        """ "encoded as HTML form values that are auto-submitted in the User Agent" (section 2)."""
        nonce = new_secret(16)
        filling = {
            "nonce": nonce,
            "action": escape(answer.redirect_uri),
            "host": escape(urlsplit(answer.redirect_uri).netloc),
            "fields": "".join(_field(*each) for each in answer.parameters.items()),
        }
        page = GAP.sub(lambda gap: filling[gap[1]], self._page(language))
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", security.policy(nonce, [answer.redirect_uri], own=False)),
            *NO_STORE,
        ]
        return Response(200, page.encode(), headers)

    def _page(self, language: str) -> str:
        page = self._pages.get(language)
        if page is None:
            with self._app.test_request_context(headers={"Accept-Language": language}):
                g.csp_nonce = "@@nonce@@"
                # In the other language it would have to be asked for again, and the code is sent.
                page = render_template("form_post.html", other_locale_url=None)
            self._pages[language] = page
        return page


def _field(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">\n'

"""What the provider tells of a logout elsewhere: /backchannel-logout from server to server,
/frontchannel-logout by a frame of its page. Neither needs the person's cookie, which no server
has, and which a browser does not send from another site's page."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, jsonify, request
from werkzeug.wrappers import Response

from clients.issuer_keys import KeysUnavailable
from clients.relying_party.logout_token import LogoutTokenRefused, validated
from clients.relying_party.party import party

blueprint = Blueprint("told", __name__)


@blueprint.post("/backchannel-logout")
def backchannel() -> tuple[Response, int]:
    """OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8."""
    here, settings = party(), party().settings
    try:
        token = request.form.get("logout_token", "")
        ended = validated(token, here.keys, settings.issuer, settings.client_id, here.clock)
        if not here.sessions.end_told(ended):
            raise LogoutTokenRefused("it was used before")
    except LogoutTokenRefused as refusal:
        current_app.logger.warning("logout token refused: %s", refusal)
        return jsonify(error="invalid_request", error_description=str(refusal)), 400
    except KeysUnavailable as error:
        # Ours to mend, and not the token's fault: the provider tries again.
        current_app.logger.warning("the provider's keys are out of reach: %s", error)
        return jsonify(error="temporarily_unavailable"), 503
    return jsonify(), 200


@blueprint.get("/frontchannel-logout")
def frontchannel() -> Response:
    """OpenID Connect Front-Channel Logout 1.0, section 2: whoever knows the session's name may end
    it, and the provider's pages alone may frame this one."""
    issuer, sid = party().settings.issuer, request.args.get("sid", "")
    known = request.args.get("iss") == issuer and bool(sid)
    if known:
        party().sessions.end_named(sid)
    answer = Response("", 200 if known else 400, mimetype="text/html")
    origin = urlsplit(issuer)
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; frame-ancestors {origin.scheme}://{origin.netloc}"
    )
    return answer

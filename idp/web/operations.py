"""What a load balancer asks."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from idp.directory import keys
from idp.web.current import database, provider

operations = Blueprint("operations", __name__)


@operations.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@operations.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers, and keys to sign with are there."""
    try:
        with database().reading() as session:
            session.execute(text("SELECT 1 FROM account LIMIT 1"))
            missing = keys.without_active(session)
        algorithms = provider().registry.algorithms()
    except SQLAlchemyError:
        return jsonify(status="not ready", reason="the database does not answer"), 503
    if not algorithms:
        return jsonify(status="not ready", reason="there is no signing key"), 503
    if missing:
        reason = f"no active signing key for {', '.join(missing)}"
        return jsonify(status="not ready", reason=reason), 503
    return jsonify(status="ready", algorithms=algorithms), 200

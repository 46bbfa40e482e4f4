"""A small issuer, served for real on a free port: what the applications need to meet somebody.

It asks no person anything: each authorization request is answered at once, as `answers` says.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.wrappers import Response

from tests.clients.served import served

API = "http://127.0.0.1:8102"
PERSON = {
    "given_name": "Marie Christine",
    "family_name": "MARTIN",
    "birthdate": "1977-01-31",
    "gender": "female",
    "birthplace": "18033",
    "birthcountry": "",
    "ins_c": "1322674008783621966795",
    "email": "m.martin@exemple.fr",
    "phone_number": "+33612345642",
}


class Issuer:
    """Its keys, what it remembers of requests, and how a test bends its answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.api = API
        self.keys = [ECKey.generate_key("P-256", parameters={"kid": "first", "alg": "ES256"})]
        self.jwks_fetched = 0
        self.requests: list[dict[str, str]] = []
        self.token_requests: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.logouts: list[dict[str, str]] = []
        self.error: str | None = None
        self.refuse_refresh = False
        self.response: dict[str, str] = {}
        self.id_claims: dict[str, Any] = {}
        self.access_claims: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}

    def sign(self, claims: dict[str, Any], typ: str, **header: Any) -> str:
        key = self.keys[-1]
        header = {"alg": "ES256", "kid": key.kid, "typ": typ, **header}
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])

    def access_token(self, **claims: Any) -> str:
        """One that the record API accepts, but for what `claims` changes (None: left out)."""
        now = int(time.time())
        sound = {
            "iss": self.address,
            "aud": self.api,
            "sub": "dossier-7f3a",
            "client_id": "portail-patient",
            "iat": now,
            "exp": now + 300,
            "jti": secrets.token_hex(8),
            "scope": "openid dmp:documents",
            "acr": "urn:dmp:acr:mfa",
            "amr": ["pwd", "otp", "sms", "mfa"],
            "auth_time": now,
            **claims,
        }
        return self.sign({k: v for k, v in sound.items() if v is not None}, "at+jwt")

    def logout_token(self, client_id: str, typ: str = "logout+jwt", **claims: Any) -> str:
        """One that an application accepts, but for what `claims` changes (None: left out)."""
        now = int(time.time())
        sound = {
            "iss": self.address,
            "aud": client_id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            "sub": "holder-1",
            "sid": "session-1",
            **claims,
        }
        return self.sign({k: v for k, v in sound.items() if v is not None}, typ)

    def authorize(self, asked: dict[str, str]) -> dict[str, str]:
        self.requests.append(asked)
        common = {"state": asked.get("state", ""), "iss": self.address}
        if self.error:
            return {"error": self.error, **common, **self.response}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, **common, **self.response}

    def token(self, given: dict[str, str]) -> tuple[dict[str, Any], int]:
        self.token_requests.append(given)
        if given.get("grant_type") == "refresh_token":
            if self.refuse_refresh:
                return {"error": "invalid_grant"}, 400
            asked = {"scope": "openid offline_access dmp:documents", "client_id": "", "nonce": ""}
        else:
            asked = self.codes.pop(given.get("code", ""), {})
        if not asked:
            return {"error": "invalid_grant"}, 400
        return self._tokens(asked), 200

    def _tokens(self, asked: dict[str, str]) -> dict[str, Any]:
        now, acr = int(time.time()), asked.get("acr_values", "urn:dmp:acr:mfa")
        claims = {
            "iss": self.address,
            "aud": asked["client_id"],
            "sub": "holder-1",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "acr": acr,
            "amr": ["pwd"] if acr.endswith("password") else ["pwd", "otp", "sms", "mfa"],
            "sid": "session-1",
            **self.id_claims,
        }
        tokens: dict[str, Any] = {
            "access_token": self.access_token(
                **{"scope": asked["scope"], "acr": acr, **self.access_claims}
            ),
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": asked["scope"],
        }
        if asked["nonce"]:
            tokens["id_token"] = self.sign(claims, "JWT")
        if "offline_access" in asked["scope"]:
            tokens["refresh_token"] = secrets.token_urlsafe(16)
        return {k: v for k, v in {**tokens, **self.tokens}.items() if v is not None}


@contextmanager
def running_issuer(port: int = 0) -> Iterator[Issuer]:
    app = Flask("issuer")
    with served(app, port) as address:
        issuer = Issuer(address)
        _routes(app, issuer)
        yield issuer


def _routes(app: Flask, issuer: Issuer) -> None:
    @app.get("/.well-known/openid-configuration")
    def metadata() -> Any:
        address = issuer.address
        return {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "userinfo_endpoint": f"{address}/userinfo",
            "jwks_uri": f"{address}/jwks",
            "end_session_endpoint": f"{address}/logout",
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "authorization_response_iss_parameter_supported": True,
        }

    @app.get("/jwks")
    def jwks() -> Any:
        issuer.jwks_fetched += 1
        return {"keys": [key.as_dict(private=False) for key in issuer.keys]}

    @app.get("/authorize")
    def authorize() -> Response:
        answer = issuer.authorize(request.args.to_dict())
        return redirect(_with(request.args["redirect_uri"], answer))

    @app.post("/token")
    def token() -> Any:
        answer, status = issuer.token(request.form.to_dict())
        return jsonify(answer), status

    @app.get("/userinfo")
    def userinfo() -> Any:
        return {"sub": "holder-1", **PERSON, **issuer.userinfo}

    @app.get("/logout")
    def logout() -> Response:
        given = request.args.to_dict()
        issuer.logouts.append(given)
        return redirect(_with(given["post_logout_redirect_uri"], {"state": given["state"]}))


def _with(address: str, parameters: dict[str, str]) -> str:
    return f"{address}?{urlencode(parameters)}"

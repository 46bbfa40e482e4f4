"""The ordinary way: Flask routes, Authlib's grants as its documentation shows them, every token an
ORM row, gunicorn. What most Python providers are made like.

Settings: DATABASE (a file's path), TARGET (where to say how to speak to it).
"""

import json
import os
import time
from pathlib import Path

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, current_app, jsonify, session
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from models import (
    AuthorizationCode,
    Base,
    Client,
    Token,
    User,
    engine,
    open_session,
)
from werkzeug.security import gen_salt

SECRET = "s" * 43
CALLBACK = "https://app.example/callback"
ISSUER = "http://127.0.0.1"
SCOPE = "openid offline_access identite_pivot"
KEYS = Path(os.environ["DATABASE"] + ".keys")
PERSON = {
    "given_name": "MARIE CHRISTINE",
    "family_name": "MARTIN",
    "birthdate": "1977-01-31",
    "gender": "female",
    "birthplace": "18033",
    "birthcountry": "99100",
}


def load_keys() -> KeySet:
    """Made by the first process, read by the others."""
    try:
        with KEYS.open("x") as file:
            made = KeySet(
                [
                    ECKey.generate_key("P-256", {"alg": "ES256", "kid": "ec"}),
                    RSAKey.generate_key(2048, {"alg": "RS256", "kid": "rsa"}),
                ]
            )
            json.dump(made.as_dict(private=True), file)
    except FileExistsError:
        pass
    with KEYS.open() as file:
        return KeySet.import_key_set(json.load(file))


class CodeGrant(grants.AuthorizationCodeGrant):
    def save_authorization_code(self, code, request):
        payload = request.payload
        row = AuthorizationCode(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=payload.redirect_uri,
            scope=payload.scope,
            user_id=request.user.id,
            nonce=payload.data.get("nonce"),
            code_challenge=payload.data.get("code_challenge"),
            code_challenge_method=payload.data.get("code_challenge_method"),
        )
        current_app.db.add(row)
        current_app.db.commit()

    def query_authorization_code(self, code, client):
        query = current_app.db.query(AuthorizationCode)
        found = query.filter_by(code=code, client_id=client.client_id).first()
        return found if found and not found.is_expired() else None

    def delete_authorization_code(self, authorization_code):
        current_app.db.delete(authorization_code)
        current_app.db.commit()

    def authenticate_user(self, authorization_code):
        return current_app.db.get(User, authorization_code.user_id)


class OpenID(OpenIDCode):
    def exists_nonce(self, nonce, request):
        query = current_app.db.query(AuthorizationCode)
        return query.filter_by(client_id=request.payload.client_id, nonce=nonce).first() is not None

    def get_jwt_config(self, grant, client=None):
        return {"key": current_app.keys, "alg": "ES256", "iss": ISSUER, "exp": 300}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=str(user.id))


class RefreshGrant(grants.RefreshTokenGrant):
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        found = current_app.db.query(Token).filter_by(refresh_token=refresh_token).first()
        return found if found and found.refresh_token_revoked_at == 0 else None

    def authenticate_user(self, credential):
        return current_app.db.get(User, credential.user_id)

    def revoke_old_credential(self, credential):
        credential.refresh_token_revoked_at = int(time.time())
        current_app.db.commit()


class Introspection(IntrospectionEndpoint):
    def query_token(self, token_string, token_type_hint):
        return current_app.db.query(Token).filter_by(access_token=token_string).first()

    def check_permission(self, token, client, request):
        return token.client_id == client.client_id

    def introspect_token(self, token):
        return {
            "active": True,
            "client_id": token.client_id,
            "scope": token.scope,
            "sub": str(token.user_id),
            "iss": ISSUER,
            "exp": token.issued_at + token.expires_in,
            "iat": token.issued_at,
        }


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return current_app.db.query(Token).filter_by(access_token=token_string).first()


def query_client(client_id):
    return current_app.db.query(Client).filter_by(client_id=client_id).first()


def save_token(token, request):
    values = {name: token.get(name) for name in ("access_token", "refresh_token", "scope")}
    row = Token(
        client_id=request.client.client_id,
        user_id=request.user.id if request.user else None,
        token_type=token["token_type"],
        expires_in=token["expires_in"],
        issued_at=int(time.time()),
        **values,
    )
    current_app.db.add(row)
    current_app.db.commit()


def access_token(*, client, grant_type, user, scope):
    """A JWT for an API's scope, 48 random characters otherwise."""
    alg = {"documents": "ES256", "rs": "RS256"}.get(scope)
    if alg is None:
        return gen_salt(48)
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": client.client_id, "aud": scope, "scope": scope}
    claims |= {"iat": now, "exp": now + 300, "jti": gen_salt(16), "client_id": client.client_id}
    key = next(key for key in current_app.keys.keys if key.alg == alg)
    return jwt.encode({"alg": alg, "typ": "at+jwt", "kid": key.kid}, claims, key)


app = Flask(__name__)
app.secret_key = SECRET
app.config.update(
    OAUTH2_REFRESH_TOKEN_GENERATOR=True,
    OAUTH2_ACCESS_TOKEN_GENERATOR=access_token,
    OAUTH2_TOKEN_EXPIRES_IN={
        "authorization_code": 300, "refresh_token": 300, "client_credentials": 300,
    },
)  # fmt: skip
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
app.keys = load_keys()
app.db = open_session
server = AuthorizationServer(app, query_client=query_client, save_token=save_token)
server.register_grant(CodeGrant, [OpenID(require_nonce=False), CodeChallenge(required=True)])
server.register_grant(RefreshGrant)
server.register_grant(grants.ClientCredentialsGrant)
server.register_endpoint(Introspection)
require_oauth = ResourceProtector()
require_oauth.register_token_validator(Validator())


@app.teardown_appcontext
def close(_error):
    open_session.remove()


@app.get("/.well-known/openid-configuration")
def discovery():
    paths = ("authorize", "token", "userinfo", "introspect")
    return jsonify(
        issuer=ISSUER,
        jwks_uri=f"{ISSUER}/jwks",
        response_types_supported=["code"],
        **{f"{name}_endpoint": f"{ISSUER}/{name}" for name in paths},
    )


@app.get("/jwks")
def jwks():
    return jsonify(app.keys.as_dict(private=False))


@app.get("/authorize")
def authorize():
    user = current_app.db.get(User, session["user_id"])
    grant = server.get_consent_grant(end_user=user)
    return server.create_authorization_response(grant_user=user, grant=grant)


@app.post("/token")
def issue():
    return server.create_token_response()


@app.post("/introspect")
def introspect():
    return server.create_endpoint_response("introspection")


@app.get("/userinfo")
@require_oauth("openid")
def userinfo():
    return jsonify(sub="1", **PERSON)


@app.get("/sign-in")
def sign_in():
    session["user_id"] = 1
    return "", 204


def prepare() -> None:
    """Tables, clients and somebody: by the first start."""
    Base.metadata.create_all(engine)
    if open_session.get(User, 1):
        return
    open_session.add(User(id=1))
    for name, types, scope in (
        ("app", ["authorization_code", "refresh_token"], SCOPE),
        ("machine", ["client_credentials"], "documents opaque rs"),
    ):
        client = Client(client_id=name, client_secret=SECRET, client_id_issued_at=0)
        client.set_client_metadata(
            {
                "client_name": name,
                "redirect_uris": [CALLBACK],
                "grant_types": types,
                "response_types": ["code"],
                "scope": scope,
                "token_endpoint_auth_method": "client_secret_basic",
            }
        )
        open_session.add(client)
    open_session.commit()
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"].partition(";")[0]
    names = ("authorize", "token", "introspect", "userinfo", "jwks")
    target = {
        "paths": {name: f"/{name}" for name in names}
        | {"discovery": "/.well-known/openid-configuration"},
        "cookie": cookie,
        "client_id": "app",
        "client_secret": SECRET,
        "redirect_uri": CALLBACK,
        "machine_id": "machine",
        "machine_secret": SECRET,
        "machine_jwt": "grant_type=client_credentials&scope=documents",
        "machine_opaque": "grant_type=client_credentials&scope=opaque",
        "machine_rs256": "grant_type=client_credentials&scope=rs",
    }
    Path(os.environ["TARGET"]).write_text(json.dumps(target))


if __name__ == "__main__":
    prepare()

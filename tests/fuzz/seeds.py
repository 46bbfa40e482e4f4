"""Right requests to every address that the provider answers: what all hostile input grows from."""

import re

from flask import Flask
from werkzeug.routing import Map

from idp.oidc import server
from idp.oidc.client_assertion import TYPE
from tests.browser_client import CHALLENGE
from tests.fuzz.message import FORM, template

JSON = "application/json"
PLACED = {
    "handle": "{{code.handle}}",
    "consent_id": "{{consent}}",
    "passkey_id": "{{passkey}}",
    "name": "idp.css",
    "client_id": "{{client.id}}",
    "identifier": "{{colleague}}",
    "kid": "{{kid}}",
    "alg": "ES256",
    "act": "grant",
    "login_identifier": "{{colleague}}",
    "resource": "api",
    "kind": "mail",
    "wanted": "json",
    "import_id": "{{import}}",
    "secret": "nobody-was-sent-this-one",
    "session_id": "1",
}
LINKS = {
    "/not-me/": "{{links.not_me}}",
    "/emergency/": "{{links.emergency}}",
    "/recovery/link/": "{{links.link}}",
    "/recovery/proof/": "{{links.proof}}",
    "/recovery/new-password/": "{{links.new_password}}",
}
CONSOLE = "/admin"
# Whatever one of the console's forms may send: each takes its own.
ADMINISTERING = (
    "csrf_token={{operator.csrf}}&kind=site&client_name=Imagerie&scope-openid=asked&overlap=60"
    "&redirect_uris=https%3A%2F%2Fapp.example%2Fcallback&minimum_acr=urn%3Admp%3Aacr%3Amfa"
    "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&id_token_signed_response_alg=ES256"
    "&name=Sacha&roles=auditor&organisation=Cpam+du+Cher&mail=sacha%40cpam.example"
    "&role=help_desk&motive=left-service&addresses=https%3A%2F%2Fapp.example%2F"
)
# What the pages of these addresses may be asked for.
COUNTED = "?period=dates&since=2026-11-01&until=2026-11-22&application={{client.id}}&table=kinds"
ASKED = {"/admin/dashboard": COUNTED, "/admin/dashboard/export": COUNTED}
DONE = "/interaction/{{done.handle}}"
ACCOUNT = "{{account.cookies}}"

ASKING = (
    "response_type=code&client_id={{client.id}}"
    "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&scope=openid%20offline_access%20email"
    f"&state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256"
)
WISHES = (
    "&prompt=none&max_age=300&acr_values=urn%3Admp%3Aacr%3Amfa&ui_locales=en%20fr&display=page"
    "&login_hint=123456789012&response_mode=query&id_token_hint={{id_token}}"
    "&resource=https%3A%2F%2Fapi.example"
    "&claims=%7B%22userinfo%22%3A%7B%22email%22%3A%7B%22essential%22%3Atrue%7D%7D%2C"
    "%22id_token%22%3A%7B%22acr%22%3A%7B%22values%22%3A%5B%22urn%3Admp%3Aacr%3Amfa%22%5D%7D%7D%7D"
)
VALUES = (
    "&claims=%7B%22id_token%22%3A%7B%22email%22%3A%7B%22values%22%3A%5B%22a%22%2C1%5D%7D%2C"
    "%22sub%22%3A%7B%22value%22%3A%22x%22%7D%7D%7D"
)
REFERRED = "request_uri=https%3A%2F%2Fapp.example%2Frequest%23hash"
REDEEMING = (
    "grant_type=authorization_code&code={{code}}&code_verifier={{verifier}}"
    "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"
)
REFRESHING = "grant_type=refresh_token&refresh_token={{refresh_token}}&scope=openid"
MACHINE = "grant_type=client_credentials&scope=documents&resource=https%3A%2F%2Fapi.example"
ASSERTED = f"client_assertion_type={TYPE.replace(':', '%3A')}&client_assertion={{{{assertion}}}}"
POSTED = "client_id={{client.id}}&client_secret={{client.secret}}"
TOKENS = ("access_token", "refresh_token", "machine_token", "api_token", "id_token")
LEAVING = (
    "id_token_hint={{id_token}}&client_id={{client.id}}&state=s&ui_locales=fr"
    "&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye&logout_hint=x"
)


REGISTERING = (
    '{"client_name": "Carnet", "redirect_uris": ["https://app.example/callback"], '
    '"application_type": "web", "token_endpoint_auth_method": "none", "grant_types": '
    '["authorization_code", "refresh_token"], "scope": "openid email", "contacts": ["a@b.fr"], '
    '"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", '
    '"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}, "default_max_age": 60, '
    '"id_token_encrypted_response_alg": null, "sector_identifier_uri": null'
)
MANAGED = "/register?client_id={{registrant.id}}"
MANAGING = "Bearer {{registrant.token}}"


def protocol(app: Flask) -> list[bytes]:
    """For what applications speak to."""
    endpoints = server.endpoints(app.extensions["idp"].provider)
    bare = [
        template(name, path) for path, (names, _) in endpoints.items() for name in sorted(names)
    ]
    return bare + _requests_of_applications() + _registrations()


def pages(app: Flask) -> list[bytes]:
    """For what people see."""
    return _rules(app.url_map) + _arrivals() + _journeys()


def _rules(rules: Map) -> list[bytes]:
    """Every rule of Flask with each of its methods, by somebody who is signed in."""
    made = []
    for rule in rules.iter_rules():
        path, arguments = rule.rule, set(rule.arguments)
        jar, sent = ACCOUNT, "csrf_token={{account.csrf}}"
        if "token" in arguments:
            start = next(each for each in LINKS if path.startswith(each))
            path = path.replace("<token>", LINKS[start])
            arguments.remove("token")
            jar, sent = "{{links.cookies}}", "csrf_token={{links.csrf}}&code=000000"
        for name in arguments:
            # With its converter, if it has one.
            path = re.sub(rf"<(?:[^<>]*:)?{name}>", PLACED[name], path)
        jar = "{{code.cookies}}" if "handle" in arguments else jar
        console = path.startswith(CONSOLE)
        jar = "{{operator.cookies}}" if console else jar
        for method in sorted(rule.methods or ()):
            body = (ADMINISTERING if console else sent) if method == "POST" else ""
            made.append(template(method, path + ASKED.get(rule.rule, ""), body, Cookie=jar))
    return made


def _requests_of_applications() -> list[bytes]:
    basic, machine, api = "{{client.basic}}", "{{machine.basic}}", "{{api.basic}}"
    made = [
        template("POST", "/token", REDEEMING, Authorization=basic),
        template("POST", "/token", f"{REDEEMING}&{POSTED}"),
        template("POST", "/token", REDEEMING + "&client_id={{public.id}}"),
        template("POST", "/token", REFRESHING, Authorization=basic),
        template("POST", "/token", MACHINE, Authorization=machine),
        template("POST", "/token", f"{MACHINE}&{ASSERTED}&client_id={{{{signer.id}}}}"),
        template("GET", "/userinfo", Authorization="Bearer {{access_token}}"),
        template("POST", "/userinfo", "access_token={{access_token}}"),
        template("POST", "/introspect", "token={{api_token}}", Authorization=api, Accept=JSON),
    ]
    for token in TOKENS:
        body = f"token={{{{{token}}}}}&token_type_hint=access_token"
        made.append(template("POST", "/introspect", body, Authorization=basic))
        made.append(template("POST", "/revoke", body, Authorization=basic))
    return made


def _registrations() -> list[bytes]:
    own = ', "client_id": "{{registrant.id}}"}'
    return [
        template("POST", "/register", REGISTERING + "}", Content_Type=JSON),
        template("GET", MANAGED, Authorization=MANAGING),
        template("PUT", MANAGED, REGISTERING + own, Authorization=MANAGING, Content_Type=JSON),
        template("DELETE", MANAGED, Authorization=MANAGING),
    ]


def _arrivals() -> list[bytes]:
    """Where applications send people."""
    return [
        template("GET", f"/authorize?{ASKING}", Cookie=ACCOUNT),
        template("GET", f"/authorize?{ASKING}{WISHES}", Cookie=ACCOUNT),
        template("POST", "/authorize", ASKING + WISHES, Cookie=ACCOUNT),
        template("GET", f"/authorize?{ASKING}&prompt=login%20consent"),
        template("GET", f"/authorize?{ASKING.replace('client.id', 'public.id')}"),
        template("GET", f"/authorize?{ASKING}&prompt=create&response_mode=form_post"),
        template("GET", f"/authorize?{ASKING}&response_mode=form_post{VALUES}", Cookie=ACCOUNT),
        template("GET", "/authorize?client_id={{asker.id}}&request={{request}}", Cookie=ACCOUNT),
        template("GET", f"/authorize?client_id={{{{asker.id}}}}&{REFERRED}", Cookie=ACCOUNT),
        template("GET", f"/logout?{LEAVING}", Cookie=ACCOUNT),
        template("POST", "/logout", LEAVING + "&csrf_token={{account.csrf}}", Cookie=ACCOUNT),
    ]


def _journeys() -> list[bytes]:
    """The forms of each step, filled in."""
    return [
        _form("password", "/password", "identifier={{password.identifier}}&password=wrong"),
        _form("code", "/code", "code={{one_time_code}}"),
        _form("code", "/code", "code=000000"),
        _form("code", "/code/send", "channel=sms"),
        _form("second_factor", "/totp", "code={{totp_code}}"),
        _form("second_factor", "/recovery-code", "code={{recovery_code}}"),
        _form("second_factor", "/passkey", "answer={{asserted}}"),
        _form("password", "/passkey", "answer={{asserted}}"),
        _link("/recovery/password?interaction={{code.handle}}", "identifier={{links.identifier}}"),
        _link("/recovery/identifier", "contact=m.martin%40exemple.fr"),
        _link("/emergency", "identifier={{links.identifier}}"),
        _link("/recovery/link/{{links.link}}", "code={{links.code}}"),
        _link(
            "/recovery/new-password/{{links.new_password}}",
            "new_password=six%20pommes%20vertes%20sur%20un%20velo%20bleu"
            "&new_password_again=six%20pommes%20vertes%20sur%20un%20velo%20bleu",
        ),
        _change("/account/passkeys/new", "name=x&answer={{created}}"),
        _change("/account/passkeys/{{passkey}}", "name=x"),
        _change("/account/totp/confirm", "code=123456"),
        _form(
            "consent",
            "/consent",
            "decision=accept&shown_to={{consent.shown_to}}&email=y&phone=y",
        ),
        _form("consent", "/consent", "decision=refuse&shown_to={{consent.shown_to}}"),
        _form(
            "new_password",
            "/new-password",
            "new_password=six%20pommes%20vertes%20sur%20un%20velo%20bleu"
            "&new_password_again=six%20pommes%20vertes%20sur%20un%20velo%20bleu",
        ),
        _form("new_password", "/new-password/check", "new_password=court"),
        template("GET", f"{DONE}/activated", Cookie="{{done.cookies}}"),
        template("GET", f"{DONE}/activated/continue", Cookie="{{done.cookies}}"),
        template(
            "POST",
            "/account/applications/{{consent}}/withdraw",
            "csrf_token={{account.csrf}}",
            Cookie=ACCOUNT,
        ),
        template(
            "GET",
            "/sign-in?lang=en",
            Cookie="dmp-language=en; dmp-known=x",
            Accept_Language="en;q=0.9, fr;q=x",
            User_Agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            X_Forwarded_For="203.0.113.9",
            X_Forwarded_Host="evil.example",
        ),
    ]  # fmt: skip


def _link(path: str, fields: str) -> bytes:
    """A form of recovery or emergency, in the browser that stands at each step."""
    body = f"csrf_token={{{{links.csrf}}}}&{fields}"
    return template("POST", path, body, Cookie="{{links.cookies}}")


def _form(step: str, path: str, fields: str) -> bytes:
    return template(
        "POST",
        f"/interaction/{{{{{step}.handle}}}}{path}",
        f"csrf_token={{{{{step}.csrf}}}}&{fields}",
        Cookie=f"{{{{{step}.cookies}}}}",
        Content_Type=FORM,
    )


def _change(path: str, fields: str) -> bytes:
    return template("POST", path, f"csrf_token={{{{account.csrf}}}}&{fields}", Cookie=ACCOUNT)

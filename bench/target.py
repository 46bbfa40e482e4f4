"""How to speak to a contestant: what it says of itself when it starts, and what is made of it."""

import base64
import hashlib
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
SCOPE = "openid offline_access identite_pivot"
FORM = "application/x-www-form-urlencoded"


class Unfit(RuntimeError):
    """The contestant does not answer as it has to: nothing measured of it would mean anything."""


@dataclass(frozen=True)
class Target:
    """`paths` of discovery, jwks, authorize, token, introspect, userinfo; `cookie` is of somebody
    signed in who agreed to SCOPE; `machine_*` are bodies of token requests."""

    port: int
    paths: dict[str, str]
    cookie: str
    client_id: str
    client_secret: str
    redirect_uri: str
    machine_id: str
    machine_secret: str
    machine_jwt: str
    machine_opaque: str
    machine_rs256: str

    @classmethod
    def read(cls, port: int, text: str) -> "Target":
        return cls(port, **json.loads(text))

    @property
    def authorize(self) -> str:
        """The path of a right authorization request."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "state": "the-state",
            "code_challenge": CHALLENGE.decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.paths['authorize']}?{urlencode(query)}"

    @property
    def redemption(self) -> str:
        """The body of a token request, but for the code at its end."""
        values = {
            "grant_type": "authorization_code",
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        }
        return f"{urlencode(values)}&code="

    def headers(self, client_id: str | None = None) -> dict[str, str]:
        """Of a request that the application (or another client) authenticates."""
        secret = self.machine_secret if client_id == self.machine_id else self.client_secret
        pair = f"{client_id or self.client_id}:{secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}", "Content-Type": FORM}

    def tokens(self) -> dict[str, Any]:
        """The answer to a fresh code: the whole flow once, checked."""
        _, headers, _ = self._ask("GET", self.authorize, headers={"Cookie": self.cookie})
        code = dict(parse_qsl(urlsplit(headers.get("location", "")).query)).get("code")
        if code is None:
            raise Unfit(f"no code: {headers.get('location')}")
        body = self.redemption + quote(code)
        status, _, answer = self._ask("POST", self.paths["token"], body, self.headers())
        tokens: dict[str, Any] = json.loads(answer) if status == 200 else {}
        if not {"access_token", "id_token", "refresh_token"} <= tokens.keys():
            raise Unfit(f"no tokens: {status} {answer[:200]!r}")
        return tokens

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read()
        finally:
            connection.close()

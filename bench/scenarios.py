"""What is asked of every contestant, and what nobody can do it in less than.

`requests` is how many requests make one of what is counted; `floor` names the parts that cannot be
avoided, each measured by `floor` in the same run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.target import Target

Parameters = dict[str, Any]
CONNECTIONS = 32


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    script: str
    parameters: Callable[[Target], Parameters]
    floor: tuple[str, ...]
    requests: int = 1
    own_connections: bool = False  # a thread for each connection, for what it remembers


def _read(name: str, text: str) -> Callable[[Target], Parameters]:
    return lambda target: {"method": "GET", "path": target.paths[name], "status": 200, "text": text}


def _machine(body: str) -> Callable[[Target], Parameters]:
    return lambda target: {
        "method": "POST",
        "path": target.paths["token"],
        "headers": target.headers(target.machine_id),
        "body": getattr(target, body),
        "status": 200,
        "text": "access_token",
    }


def _flow(target: Target) -> Parameters:
    return {
        "authorize": target.authorize,
        "cookie": target.cookie,
        "token": target.paths["token"],
        "headers": target.headers(),
        "body": target.redemption,
    }


def _refresh(target: Target) -> Parameters:
    families = [target.tokens()["refresh_token"] for _ in range(CONNECTIONS)]
    return {
        "token": target.paths["token"],
        "headers": target.headers(),
        "body": "grant_type=refresh_token&refresh_token=",
        "refresh_tokens": families,
    }


def _introspection(target: Target) -> Parameters:
    return {
        "method": "POST",
        "path": target.paths["introspect"],
        "headers": target.headers(),
        "body": f"token={target.tokens()['access_token']}",
        "status": 200,
        "text": "true",
    }


def userinfo(target: Target) -> Parameters:
    return {
        "method": "GET",
        "path": target.paths["userinfo"],
        "headers": {"Authorization": f"Bearer {target.tokens()['access_token']}"},
        "status": 200,
        "text": "MARTIN",
    }


SCENARIOS = (
    Scenario("discovery", "discovery", "same", _read("discovery", "issuer"), ("http",)),
    Scenario("jwks", "JWKS", "same", _read("jwks", "keys"), ("http",)),
    Scenario(
        "machine_jwt",
        "client credentials, JWT ES256",
        "same",
        _machine("machine_jwt"),
        ("http", "es256"),
    ),
    Scenario(
        "machine_opaque",
        "client credentials, opaque",
        "same",
        _machine("machine_opaque"),
        ("http", "seal"),
    ),
    Scenario(
        "flow",
        "code flow with a session",
        "flow",
        _flow,
        ("http", "commit", "http", "commit", "es256"),
        requests=2,
        own_connections=True,
    ),
    Scenario(
        "refresh",
        "refresh with rotation",
        "refresh",
        _refresh,
        ("http", "commit", "es256"),
        own_connections=True,
    ),
    Scenario("introspection", "introspection", "same", _introspection, ("http", "select")),
    Scenario("userinfo", "userinfo", "same", userinfo, ("http", "select")),
    Scenario(
        "machine_rs256",
        "client credentials, JWT RS256",
        "same",
        _machine("machine_rs256"),
        ("http", "rs256"),
    ),
)

"""The certification plans that this provider is for, and their configuration."""

from typing import Any

from conformance import browser, places

STATIC = {"client_registration": "static_client"}
DYNAMIC = {"client_registration": "dynamic_client"}
DISCOVERED = {"server_metadata": "discovery"}
CODE = {"response_type": "code"}

# Name here → name at the suite, and what of its variants is ours to choose.
PLANS: dict[str, tuple[str, dict[str, str]]] = {
    "config": ("oidcc-config-certification-test-plan", {}),
    "basic": ("oidcc-basic-certification-test-plan", DISCOVERED | STATIC),
    "dynamic": ("oidcc-dynamic-certification-test-plan", CODE),
    "form-post": ("oidcc-formpost-basic-certification-test-plan", DISCOVERED | DYNAMIC),
    "third-party": ("oidcc-3rdparty-init-login-certification-test-plan", CODE),
    "rp-initiated": ("oidcc-rp-initiated-logout-certification-test-plan", CODE | DYNAMIC),
    "back-channel": (
        "oidcc-backchannel-rp-initiated-logout-certification-test-plan",
        CODE | DYNAMIC,
    ),
    "front-channel": (
        "oidcc-frontchannel-rp-initiated-logout-certification-test-plan",
        CODE | DYNAMIC,
    ),
}


def configuration(identifier: str, password: str, clients: dict[str, Any]) -> dict[str, Any]:
    """By which every plan is configured."""
    return {
        "alias": places.ALIAS,
        "description": "DMP identity provider",
        "server": {"discoveryUrl": f"{places.ISSUER}/.well-known/openid-configuration"},
        **clients,
        **browser.rules(identifier, password),
    }

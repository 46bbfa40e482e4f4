"""The authorization endpoint (RFC 6749, section 3.1; OpenID Connect Core 1.0, section 3.1.2).

Parse → check → ask the policy: a code at once when nothing is open, an error under
`prompt=none`, otherwise an interaction is stored and the browser goes to its first step.
"""

from contextlib import suppress
from dataclasses import dataclass

from idp.crypto import digest, new_secret
from idp.db import Transaction
from idp.oidc import (
    checks,
    codes,
    interactions,
    parameters,
    policy,
    request_object,
    responses,
    situations,
)
from idp.oidc.errors import AuthorizationError, Displayed
from idp.oidc.http import Request, Response, redirect
from idp.oidc.policy import Progress, Question
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest
from idp.oidc.responses import AuthorizationResponse


@dataclass(frozen=True)
class Browser:
    """What the browser's cookies say: `key` binds interactions to it, `session` signs in."""

    key: str | None
    session: str | None


@dataclass(frozen=True)
class Answer:
    """Where the browser goes next: a step of ours, or back to the application.
    `new_browser_key`: a cookie to set, for it had none."""

    response: Response | AuthorizationResponse
    new_browser_key: str | None = None


def authorize(provider: Provider, http: Request, browser: Browser) -> Answer:
    """Answer an authorization request. Raises Displayed while nobody may be redirected to."""
    if http.method not in {"GET", "POST"}:
        raise Displayed("invalid_request", "GET or POST")
    values = _parse(http)
    client = checks.check_client(provider, values)
    try:
        asked = request_object.opened(provider, client, values)
    except AuthorizationError as refusal:
        return Answer(_refused_object(provider, client, values, refusal))
    request = _addressed(client, asked)
    try:
        for each in checks.CHECKS:
            each(provider, asked, client, request)
        if http.method == "POST":
            # From another site no cookie came along: it will with the GET that follows.
            handle = interactions.store(provider, request, client, b"")
            return Answer(redirect(provider.url(f"/interaction/{handle}")))
        return _answer(provider, client, request, browser)
    except AuthorizationError as refusal:
        return Answer(responses.failure(provider, request, refusal.error, refusal.description))


def _parse(http: Request) -> dict[str, str]:
    try:
        return parameters.parse(http.body if http.method == "POST" else http.query)
    except parameters.Malformed as error:
        raise Displayed("invalid_request", str(error)) from error


def _addressed(client: RegisteredClient, values: dict[str, str]) -> AuthorizationRequest:
    """With the address to answer to. From here on out, refusals are redirected."""
    redirect_uri = checks.check_redirect_uri(client, values)
    return AuthorizationRequest(client.client_id, redirect_uri, values.get("state"))


def _refused_object(
    provider: Provider,
    client: RegisteredClient,
    values: dict[str, str],
    refusal: AuthorizationError,
) -> AuthorizationResponse:
    """To the address beside the object, if that one is the client's: what is inside is not
    believed."""
    try:
        request = _addressed(client, values)
    except Displayed as unknown:
        raise Displayed(refusal.error, refusal.description) from unknown
    with suppress(AuthorizationError):
        checks.check_response_mode(provider, values, client, request)
    return responses.failure(provider, request, refusal.error, refusal.description)


def _answer(
    provider: Provider, client: RegisteredClient, request: AuthorizationRequest, browser: Browser
) -> Answer:
    answer = provider.database.together(lambda: _decided(provider, client, request, browser))
    if isinstance(answer, Answer):
        return answer
    return Answer(codes.answered(provider, client, request, answer))


def _decided(
    provider: Provider, client: RegisteredClient, request: AuthorizationRequest, browser: Browser
) -> Answer | str | None:
    # Whatever the answer, something is written: what decides it is read in the same transaction.
    with provider.database.transaction() as tx:
        live = situations.read_session(provider, tx, browser.session)
        situation = situations.situation_of(provider, tx, client, request, live, Progress())
        question = policy.first_open(situation)
        if question is not None:
            return _asking(provider, tx, client, request, browser, question)
        return codes.grant(provider, tx, client, request, situation)


def _asking(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    request: AuthorizationRequest,
    browser: Browser,
    question: Question,
) -> Answer:
    """To the page that asks, unless nobody may be asked."""
    if "none" in request.prompt:
        raise AuthorizationError(question.error, question.reason)
    key = browser.key or new_secret(16)
    handle = interactions.keep(provider, tx, request, client, digest(key))
    location = provider.url(f"/interaction/{handle}")
    return Answer(redirect(location), None if browser.key else key)

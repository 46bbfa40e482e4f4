"""The checks of an authorization request, in order. Each is one sentence and one error.

From `check_redirect_uri` on, the address to answer to is proved and refusals are redirected.
"""

import re
from collections.abc import Callable

from idp.oidc import implicit, jws, levels, responses
from idp.oidc.claims_parameter import accounts_named, check_claims
from idp.oidc.errors import AuthorizationError, Displayed
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest
from idp.oidc.resource_indicators import check_resource

Parameters = dict[str, str]
Draft = AuthorizationRequest
Check = Callable[[Provider, Parameters, RegisteredClient, Draft], None]

PROMPTS = {"none", "login", "consent", "select_account", "create"}
ALONE = ("none", "create")
DISPLAYS = {"page", "popup", "touch", "wap"}
LONGEST_AGE = 10 * 365 * 86_400

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?([/?].*)?")


def check_client(provider: Provider, parameters: Parameters) -> RegisteredClient:
    """The client is registered and enabled."""
    client_id = parameters.get("client_id")
    if client_id is None:
        raise Displayed("invalid_request", "client_id is missing")
    client = provider.registry.enabled_client(client_id)
    if client is None:
        raise Displayed("unauthorized_client", "this client is not registered, or is disabled")
    return client


def check_redirect_uri(client: RegisteredClient, parameters: Parameters) -> str:
    """The redirect URI is one of the client's, byte for byte (RFC 9700, section 4.1.3)."""
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None:
        raise Displayed("invalid_request", "redirect_uri is missing")
    if not any(_same(redirect_uri, registered) for registered in client.redirect_uris):
        raise Displayed("invalid_request", "redirect_uri is not registered for this client")
    return redirect_uri


def _same(presented: str, registered: str) -> bool:
    """Byte for byte; only the port of a loopback address varies (RFC 8252, section 7.3)."""
    if presented == registered:
        return True
    ours = _without_port(registered)
    return ours is not None and ours == _without_port(presented)


def _without_port(uri: str) -> str | None:
    match = _LOOPBACK.fullmatch(uri)
    return None if match is None else f"http://{match[1]}{match[2] or ''}"


def check_response_mode(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """The answer can be given the way that is asked; a form is posted to a web address only."""
    told = implicit.canonical(parameters.get("response_type", "code"))
    by_browser = told in implicit.response_types(provider.settings)
    # "If the Response Type value is [...] other than code, [...] fragment" (OAuth 2.0 Multiple
    # Response Types 1.0, section 2.1), where tokens are "not [...] in the query" (section 3).
    usual = responses.FRAGMENT if by_browser else "query"
    request.response_mode = usual
    mode = parameters.get("response_mode", usual)
    if mode not in {usual, "form_post"}:
        raise AuthorizationError("invalid_request", "this response_mode is not supported")
    if mode == "form_post" and not request.redirect_uri.startswith(("https:", "http:")):
        raise AuthorizationError("invalid_request", "form_post needs a web address to post to")
    request.response_mode = mode


def check_response_type(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """`code`, or what the implicit flow has, and only for a client that uses it."""
    response_type = parameters.get("response_type")
    if response_type is None:
        raise AuthorizationError("invalid_request", "response_type is missing")
    asked = implicit.canonical(response_type)
    if asked not in {"code", *implicit.response_types(provider.settings)}:
        raise AuthorizationError("unsupported_response_type", "only code is supported")
    grant_type = "authorization_code" if asked == "code" else "implicit"
    registered = map(implicit.canonical, client.response_types)
    if asked not in registered or not client.check_grant_type(grant_type):
        raise AuthorizationError("unauthorized_client", "this client may not use it")
    request.response_type = asked


def check_registration(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """Nobody registers by asking (OpenID Connect Core 1.0, sections 3.1.2.6 and 7.2.1)."""
    if "registration" in parameters:
        raise AuthorizationError("registration_not_supported", "registration is not supported")


def check_scope(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """`openid` is there, and every scope is one of the client's."""
    scopes = list(dict.fromkeys(parameters.get("scope", "").split(" ")))
    # Without a code there is nothing to stay connected by (Core, section 11: "MUST ignore").
    useless = set() if request.response_type == "code" else {"offline_access"}
    scopes = [scope for scope in scopes if scope and scope not in useless]
    if "openid" not in scopes:
        raise AuthorizationError("invalid_scope", "scope must have openid")
    if not client.scope.issuperset(scopes):
        raise AuthorizationError("invalid_scope", "scope has what this client may not ask for")
    request.scope = scopes


def check_nonce(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """Kept as it is, to come back in the ID token; required where that comes by way of the browser
    (OpenID Connect Core 1.0, section 3.2.2.1)."""
    request.nonce = parameters.get("nonce")
    if request.response_type != "code" and not request.nonce:
        raise AuthorizationError("invalid_request", "nonce is missing")


def check_pkce(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """A challenge by S256 (RFC 7636, section 4.4.1), unless an operator lifted it. Where there is
    no code, there is nothing to challenge."""
    if request.response_type != "code":
        return
    challenge = parameters.get("code_challenge")
    method = parameters.get("code_challenge_method")
    if challenge is None and method is None and not client.require_pkce:
        return
    if challenge is None:
        raise AuthorizationError("invalid_request", "code_challenge is missing")
    if method != "S256":
        raise AuthorizationError("invalid_request", "code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(challenge):
        raise AuthorizationError("invalid_request", "code_challenge is not an S256 challenge")
    request.code_challenge = challenge


def check_prompt(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """Known values; `none` stands alone (OpenID Connect Core 1.0, section 3.1.2.1), and so does
    `create` (Initiating User Registration 1.0, section 4)."""
    prompts = list(dict.fromkeys(parameters.get("prompt", "").split()))
    if not PROMPTS.issuperset(prompts):
        raise AuthorizationError("invalid_request", "prompt has an unknown value")
    for value in ALONE:
        if value in prompts and len(prompts) > 1:
            raise AuthorizationError("invalid_request", f"prompt {value} stands alone")
    request.prompt = prompts


def check_max_age(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """A number of seconds; the client's default otherwise."""
    text = parameters.get("max_age")
    if text is None:
        request.max_age = client.default_max_age
        return
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise AuthorizationError("invalid_request", "max_age is not a number of seconds")
    request.max_age = min(int(text), LONGEST_AGE)


def check_acr_values(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """Wishes, in order of preference; the client's defaults otherwise."""
    request.acr_values = parameters.get("acr_values", "").split() or list(client.default_acr_values)


def check_id_token_hint(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """An ID token that we gave to this client, expired or not; it names who must answer."""
    hint = parameters.get("id_token_hint")
    if hint is None:
        return
    try:
        told = provider.registry.verifier.verify(hint, "jwt")
    except jws.NotOurs as error:
        raise AuthorizationError("invalid_request", "id_token_hint is not ours") from error
    if told.get("iss") != provider.settings.issuer or told.get("aud") != client.client_id:
        raise AuthorizationError("invalid_request", "id_token_hint is not for this client")
    request.expect(accounts_named(provider, client, [told.get("sub")]))


def check_hints(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """Hints cost nothing when they are of no use (OpenID Connect Core 1.0, section 3.1.2.1):
    `claims_locales` neither, for what is recorded is recorded in French."""
    request.login_hint = parameters.get("login_hint")
    request.ui_locales = parameters.get("ui_locales", "").split()[:10]
    if parameters.get("display", "page") not in DISPLAYS:
        raise AuthorizationError("invalid_request", "display has an unknown value")


def check_essential_level(
    provider: Provider, parameters: Parameters, client: RegisteredClient, request: Draft
) -> None:
    """A level that has to be, and that nobody can reach here, is refused at once
    (OpenID Connect Core Unmet Authentication Requirements 1.0)."""
    aliases = provider.settings.acr_aliases
    if request.essential_acr and levels.first_attainable(request.essential_acr, aliases) is None:
        raise AuthorizationError(
            "unmet_authentication_requirements", "none of the essential acr values can be reached"
        )


CHECKS: tuple[Check, ...] = (
    check_response_mode,
    check_response_type,
    check_registration,
    check_scope,
    check_resource,
    check_nonce,
    check_pkce,
    check_prompt,
    check_max_age,
    check_acr_values,
    check_claims,
    check_id_token_hint,
    check_hints,
    check_essential_level,
)

"""What the suite's browser does at the provider's pages.

A rule begins at an address; its tasks follow the pages as they come, an optional one is passed over
where its page does not come. A picture is taken of a page that a person has to look at afterwards.
"""

from collections.abc import Sequence
from typing import Any

from conformance import places

Rule = dict[str, Any]
Commands = Sequence[list[Any]]
PASSWORD_PAGE = f"{places.ISSUER}/interaction/*/password"
CONSENT_PAGE = f"{places.ISSUER}/interaction/*/consent"
LOGOUT_PAGE = f"{places.ISSUER}/logout*"
SECONDS = 20

# Modules whose authorization request is refused on a page, for there is nobody to answer to.
REFUSED = (
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-redirect-uri-in-authorization-request",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-redirect-uri-query-added",
    "oidcc-redirect-uri-query-mismatch",
)
# Where the second sign-in is looked at.
ASKED_AGAIN = ("oidcc-prompt-login", "oidcc-max-age-1")
# Where the person looks at what the password page says of the application.
SHOWN = ("logo", "policy", "tos")
# The worker fetches a new application's logo within five seconds; to change the language forth and
# back is all that this browser can do meanwhile.
RELOAD: Commands = [["click", "css", "a.language"]] * 150
LOGOUT = "oidcc-rp-initiated-logout"
LOGOUT_REFUSED = (
    f"{LOGOUT}-bad-post-logout-redirect-uri",
    f"{LOGOUT}-query-added-to-post-logout-redirect-uri",
    f"{LOGOUT}-modified-id-token-hint",
    f"{LOGOUT}-bad-id-token-hint",
    f"{LOGOUT}-no-id-token-hint",
)
# Where nobody said whither, and our own page says that it is done.
LOGGED_OUT_HERE = (
    f"{LOGOUT}-no-params",
    f"{LOGOUT}-no-post-logout-redirect-uri",
    f"{LOGOUT}-only-state",
)


def rules(identifier: str, password: str) -> dict[str, Any]:
    """The members `browser` and `override` of a plan's configuration."""
    plain = [_sign_in(identifier, password), _log_out()]
    overrides: dict[str, list[Rule]] = {name: [_page("/authorize*")] for name in REFUSED}
    overrides |= {
        name: [_sign_in(identifier, password, look=_look(optional=True)), _log_out()]
        for name in ASKED_AGAIN
    }
    overrides |= {
        f"oidcc-registration-{what}-uri": [_page("/authorize*", PASSWORD_PAGE, RELOAD)]
        for what in SHOWN
    }
    overrides |= {name: [plain[0], _page("/logout*")] for name in LOGOUT_REFUSED}
    overrides |= {name: [plain[0], _log_out_here()] for name in LOGGED_OUT_HERE}
    return {
        "browser": plain,
        "override": {name: {"browser": found} for name, found in overrides.items()},
    }


def _sign_in(identifier: str, password: str, look: Commands = ()) -> Rule:
    return {
        "match": f"{places.ISSUER}/authorize*",
        "tasks": [
            _task(
                "Sign in",
                PASSWORD_PAGE,
                *look,
                ["text", "id", "identifier", identifier],
                ["text", "id", "password", password],
                ["click", "id", "continue"],
            ),
            _task("Agree", CONSENT_PAGE, ["click", "id", "accept"]),
            # form_post; the browser of the suite does not run our script.
            _task("Post the answer", f"{places.ISSUER}/*", ["click", "id", "continue", "optional"]),
            _arrived("*/test/*/callback*"),
        ],
    }


def _log_out() -> Rule:
    return {
        "match": LOGOUT_PAGE,
        "tasks": [
            _task(
                "Sign out",
                LOGOUT_PAGE,
                ["click", "id", "sign-out", "optional"],
                # From the page that takes other applications along.
                ["click", "id", "continue", "optional"],
            ),
            _task("Back at the suite", "*/post_logout_redirect*", optional=False),
        ],
    }


def _log_out_here() -> Rule:
    confirm = _task("Sign out", LOGOUT_PAGE, ["click", "id", "sign-out", "optional"])
    return {
        "match": LOGOUT_PAGE,
        "tasks": [confirm, _task("Signed out", LOGOUT_PAGE, *_look(), optional=False)],
    }


def _page(path: str, shown_at: str | None = None, before: Commands = ()) -> Rule:
    """The page that an address leads to, looked at."""
    match = f"{places.ISSUER}{path}"
    commands = [*before, *_look()]
    return {"match": match, "tasks": [_task("Look", shown_at or match, *commands, optional=False)]}


def _look(*, optional: bool = False) -> list[list[Any]]:
    action = "update-image-placeholder-optional" if optional else "update-image-placeholder"
    return [["wait", "css", "h1", SECONDS, ".+", action]]


def _arrived(match: str) -> Rule:
    wait = ["wait", "id", "submission_complete", SECONDS]
    return _task("Back at the suite", match, wait, optional=False)


def _task(name: str, match: str, *commands: list[Any], optional: bool = True) -> Rule:
    return {"task": name, "match": match, "optional": optional, "commands": list(commands)}

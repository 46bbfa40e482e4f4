"""Why are we asking? An ordered list: the first question that is not answered is the next step,
or, under `prompt=none`, the error that the client gets."""

from collections.abc import Callable
from dataclasses import dataclass

from idp import clock
from idp.oidc import consents, levels
from idp.oidc.consents import Given, Item
from idp.oidc.levels import PHR, Proofs
from idp.oidc.request import AuthorizationRequest


@dataclass(frozen=True)
class Live:
    """A live session of the browser. `closes_at`: when the account will be closed, if its holder
    wishes so."""

    pk: int
    account_id: int
    proofs: Proofs
    closes_at: int | None = None


@dataclass(frozen=True)
class Progress:
    """What this interaction has reached by itself. `activating`: None, or the stage of an
    activation ("new_password", then "code", then "done": the page that says what to do next)."""

    authenticated_at: int | None = None
    consented_at: int | None = None
    activating: str | None = None


@dataclass(frozen=True)
class Situation:
    """All that a question may look at. `request` is None for a visit to one's own account;
    `fresh_since` the moment since which a second factor has to have been proved, if any."""

    live: Live | None
    progress: Progress
    needed_level: str
    request: AuthorizationRequest | None = None
    given: Given | None = None
    asked: tuple[Item, ...] = ()
    fresh_since: int | None = None

    def prompts(self, value: str) -> bool:
        return self.request is not None and value in self.request.prompt


@dataclass(frozen=True)
class Question:
    """`step` is the page that answers, `error` what `prompt=none` says instead
    (OpenID Connect Core 1.0, section 3.1.2.6)."""

    step: str
    reason: str
    error: str
    is_open: Callable[[Situation], bool]


def _must_choose_password(situation: Situation) -> bool:
    return situation.progress.activating == "new_password"


def _must_confirm_channel(situation: Situation) -> bool:
    return situation.progress.activating == "code"


def _has_just_activated(situation: Situation) -> bool:
    return situation.progress.activating == "done"


def _nobody_signed_in(situation: Situation) -> bool:
    return situation.live is None


def _login_demanded(situation: Situation) -> bool:
    demanded = any(map(situation.prompts, ("login", "select_account", "create")))
    return demanded and situation.progress.authenticated_at is None


def _too_old(situation: Situation) -> bool:
    """`max_age=0` is `prompt=login`: what was proved inside this interaction is young enough."""
    request, live = situation.request, situation.live
    if request is None or request.max_age is None or live is None:
        return False
    if situation.progress.authenticated_at is not None:
        return False
    return clock.now() - live.proofs.auth_time > request.max_age or request.max_age == 0


def _somebody_else(situation: Situation) -> bool:
    request, live = situation.request, situation.live
    if request is None or request.subjects is None or live is None:
        return False
    return live.account_id not in request.subjects


def _level_too_low(situation: Situation) -> bool:
    live = situation.live
    return live is not None and not levels.at_least(live.proofs.acr, situation.needed_level)


def _passkey_missing(situation: Situation) -> bool:
    return situation.needed_level == PHR and _level_too_low(situation)


def _not_fresh(situation: Situation) -> bool:
    live, since = situation.live, situation.fresh_since
    if live is None or since is None:
        return False
    proved_at = live.proofs.second_factor_at
    return proved_at is None or proved_at < since


def _about_to_close(situation: Situation) -> bool:
    return situation.live is not None and situation.live.closes_at is not None


def _not_agreed(situation: Situation) -> bool:
    if situation.request is None:
        return False
    if situation.prompts("consent") and situation.progress.consented_at is None:
        return True
    return consents.missing(situation.given, situation.asked)


POLICY: tuple[Question, ...] = (
    Question("new_password", "initial_password", "login_required", _must_choose_password),
    Question("code", "activation", "login_required", _must_confirm_channel),
    Question("activated", "activated", "login_required", _has_just_activated),
    Question("password", "no_session", "login_required", _nobody_signed_in),
    Question("password", "login_prompt", "login_required", _login_demanded),
    Question("password", "max_age", "login_required", _too_old),
    Question("password", "other_subject", "login_required", _somebody_else),
    Question("passkey", "level", "interaction_required", _passkey_missing),
    Question("second_factor", "level", "interaction_required", _level_too_low),
    Question("second_factor", "not_fresh", "interaction_required", _not_fresh),
    Question("closing", "account_closing", "interaction_required", _about_to_close),
    Question("consent", "not_agreed", "consent_required", _not_agreed),
)


def first_open(situation: Situation) -> Question | None:
    """The next step and why; None: all is answered."""
    return next((question for question in POLICY if question.is_open(situation)), None)

"""An interaction as its pages need it: found by its handle, bound to its browser, and where it
stands according to the policy."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select, update

from idp import audit, clock
from idp.crypto import digest
from idp.models import Interaction, Purpose, SessionKind
from idp.oidc import policy, responses, situations
from idp.oidc.levels import MFA
from idp.oidc.policy import Live, Progress, Question, Situation
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest
from idp.web import answers, security, visitor
from idp.web.current import database, provider

HANDLE = re.compile(r"[A-Za-z0-9_-]{22}")
HOMES = {SessionKind.HOLDER: "/account", SessionKind.OPERATOR: "/admin"}


@dataclass
class Journey:
    """`question` is the first open one; None: all is answered."""

    handle: str
    interaction: Interaction
    client: RegisteredClient | None
    request: AuthorizationRequest | None
    situation: Situation
    question: Question | None

    @property
    def live(self) -> Live | None:
        return self.situation.live

    @property
    def activating(self) -> str | None:
        return self.situation.progress.activating

    @property
    def kind(self) -> SessionKind:
        """Of the session that this journey opens."""
        return kind_of(self.interaction)

    @property
    def towards(self) -> int | None:
        """The application's key, for the trail; who tries one out is not on the way to it."""
        tried = self.interaction.purpose == Purpose.TRIAL
        return None if tried else self.interaction.client_id

    @property
    def begins_with_letter(self) -> bool:
        return begins_with_letter(self.interaction, self.request)

    def url(self, endpoint: str, **values: Any) -> str:
        return url_for(endpoint, handle=self.handle, **values)


def kind_of(interaction: Interaction | None) -> SessionKind:
    administers = interaction is not None and interaction.purpose == Purpose.ADMINISTRATION
    return SessionKind.OPERATOR if administers else SessionKind.HOLDER


class NoJourney(Exception):
    """`why`: "unknown", "other_browser", "expired" or "done"."""

    def __init__(self, why: str, interaction: Interaction | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.interaction = interaction


View = Callable[[Journey], ResponseReturnValue]


def step(*names: str) -> Callable[[View], Callable[[str], ResponseReturnValue]]:
    """A view that answers the questions of these steps: when another one is open, or none, back to
    the dispatcher."""

    def decorate(view: View) -> Callable[[str], ResponseReturnValue]:
        @wraps(view)
        def checked(handle: str) -> ResponseReturnValue:
            journey = load(handle)
            if journey.question is None or journey.question.step not in names:
                return proceed(journey)
            with audit.on_the_way_to(journey.towards):
                return view(journey)

        return checked

    return decorate


def proceed(journey: Journey) -> ResponseReturnValue:
    """Back to the dispatcher, which alone knows what comes next."""
    return redirect(journey.url("dispatcher.dispatch"), 303)


def load(handle: str) -> Journey:
    """The journey of this browser. Raises NoJourney."""
    interaction = _find(handle)
    _bind(interaction)
    client, request = _asker(interaction)
    if interaction.ended_at is not None:
        raise NoJourney("done", interaction)
    if interaction.expires_at <= clock.now():
        raise NoJourney("expired", interaction)
    situation = _situation(interaction, client, request)
    return Journey(handle, interaction, client, request, situation, policy.first_open(situation))


def _find(handle: str) -> Interaction:
    found = None
    if HANDLE.fullmatch(handle):
        with database().reading() as session:
            found = session.scalar(
                select(Interaction).where(Interaction.handle_hash == digest(handle))
            )
    if found is None:
        raise NoJourney("unknown")
    return found


def _bind(interaction: Interaction) -> None:
    """An interaction that came by a POST from another site belongs to the browser that comes
    first; every other one to the browser that began it."""
    if interaction.browser_hash == b"":
        mine = digest(visitor.ensure_browser_key())
        with database().writing() as session:
            session.execute(
                update(Interaction)
                .where(Interaction.id == interaction.id, Interaction.browser_hash == b"")
                .values(browser_hash=mine)
            )
            interaction.browser_hash = session.scalars(
                select(Interaction.browser_hash).where(Interaction.id == interaction.id)
            ).one()
    key = visitor.browser().key
    if key is None or digest(key) != bytes(interaction.browser_hash):
        raise NoJourney("other_browser", interaction)


def _asker(
    interaction: Interaction,
) -> tuple[RegisteredClient | None, AuthorizationRequest | None]:
    """The application and what it asked; the page speaks its language and may lead to it."""
    if interaction.client_id is None:
        return None, None
    request = AuthorizationRequest.from_json(interaction.request)
    g.ui_locales = request.ui_locales
    security.allow_form_target(request.redirect_uri)
    return provider().registry.client_by_pk(interaction.client_id), request


def _situation(
    interaction: Interaction, client: RegisteredClient | None, request: AuthorizationRequest | None
) -> Situation:
    progress = Progress(
        interaction.authenticated_at,
        interaction.consented_at,
        interaction.activation["stage"] if interaction.activation else None,
    )
    kind = kind_of(interaction)
    with provider().database.transaction(writes=False) as tx:
        live = situations.read_session(provider(), tx, visitor.session_token(kind), kind)
        # The way of the letter begins with the letter, whoever may be signed in here.
        if begins_with_letter(interaction, request) and interaction.authenticated_at is None:
            live = None
        if client is not None and request is not None:
            return situations.situation_of(provider(), tx, client, request, live, progress)
    if interaction.purpose == Purpose.CONFIRMATION:
        fresh_since = clock.now() - provider().settings.fresh_second_factor
        return Situation(live, progress, needed_level=MFA, fresh_since=fresh_since)
    return Situation(live, progress, needed_level=MFA)


def begins_with_letter(interaction: Interaction, request: AuthorizationRequest | None) -> bool:
    """An activation, by the person's own way or because the application wants an account to be
    created (Initiating User Registration 1.0, section 4)."""
    wanted = request is not None and "create" in request.prompt
    return wanted or interaction.purpose == Purpose.ACTIVATION


def fail(journey: Journey, error: str, description: str) -> ResponseReturnValue:
    """End the interaction with an OAuth error to the application."""
    assert journey.request is not None
    end(journey.interaction.id)
    return answers.to_client(responses.failure(provider(), journey.request, error, description))


def end(interaction_id: int) -> bool:
    """Whether this request is the one that ended it: the row count decides."""
    with database().writing() as session:
        ended = session.execute(
            update(Interaction)
            .where(Interaction.id == interaction_id, Interaction.ended_at.is_(None))
            .values(ended_at=clock.now(), activation=None)
            .returning(Interaction.id)
        )
        return ended.first() is not None

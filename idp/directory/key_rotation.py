"""When signing keys change: by age, on an operator's word, in an emergency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from idp import clock
from idp.config import DAY, Settings
from idp.db import Database
from idp.directory import keys
from idp.models import KeyState, SigningKey

# Seconds. Whoever fetched the published keys may keep them as long as our answer says.
PUBLISHED_CACHE = 300
# Clocks that differ, requests under way, and the second within which every process of ours
# takes notice of a change.
MARGIN = 60
USABLE_AFTER = PUBLISHED_CACHE + MARGIN
# How often the worker looks whether something is due.
EVERY = 60


class Act(StrEnum):
    PUBLISH = "publish"  # make the next key
    ACTIVATE = "activate"  # the next key, in the active one's place
    REPLACE = "replace"  # make an active key at once: there is none, nor a next one
    REMOVE = "remove"  # a retired key whose tokens have died


@dataclass(frozen=True)
class Step:
    """One change that is due, of an algorithm; `kid` is that of an existing key."""

    act: Act
    alg: str
    kid: str = ""


@dataclass(frozen=True)
class Rotation:
    """What `rotate` did for an algorithm. The key `kid` signs from now on when `active`, may from
    `usable_at` on (seconds since the epoch) when not; `made` says whether it is new."""

    alg: str
    kid: str
    active: bool
    made: bool
    usable_at: int


def token_life(settings: Settings) -> int:
    """Seconds for which a retired key is still needed. An ID token is shown as a hint at logout
    long after it has expired (RP-Initiated Logout 1.0, section 2): as long as its session."""
    lives = (settings.id_token_lifetime, settings.access_token_lifetime, settings.session_lifetime)
    return max(lives) + MARGIN


def next_change(settings: Settings, key: SigningKey, all_keys: Sequence[SigningKey]) -> int:
    """When the key goes on to its next state by age, in seconds since the epoch."""
    if key.state == KeyState.RETIRED:
        return key.published_until or 0
    active = _one(all_keys, key.alg, KeyState.ACTIVE)
    if active is None:
        return key.created_at
    by_age = (active.activated_at or active.created_at) + settings.signing_key_days * DAY
    after = following(all_keys, key.alg)
    return max(by_age, after.created_at + USABLE_AFTER) if after else by_age


@dataclass(frozen=True)
class Succession:
    """When the worker publishes the next key of an algorithm (None: it is published), and when that
    one takes the active one's place, in seconds since the epoch."""

    alg: str
    publishes_at: int | None
    replaces_at: int


def succession(settings: Settings, all_keys: Sequence[SigningKey], alg: str) -> Succession:
    """By age, as `plan` does it."""
    active, now = _one(all_keys, alg, KeyState.ACTIVE), clock.now()
    if active is None:
        return Succession(alg, now, now)
    due = next_change(settings, active, all_keys)
    if following(all_keys, alg) is not None:
        return Succession(alg, None, max(due, now))
    publishes_at = max(due - settings.signing_key_overlap, now)
    return Succession(alg, publishes_at, max(due, publishes_at + USABLE_AFTER))


def following(all_keys: Sequence[SigningKey], alg: str) -> SigningKey | None:
    """The key that is published, and signs next."""
    return _one(all_keys, alg, KeyState.NEXT)


def plan(
    settings: Settings, all_keys: Sequence[SigningKey], algorithms: set[str], now: int
) -> list[Step]:
    """What is due now: for the keys there are, and the algorithms that are in use."""
    served = {key.alg for key in all_keys if key.state != KeyState.RETIRED} | algorithms
    steps = [
        Step(Act.REMOVE, key.alg, key.kid)
        for key in all_keys
        if key.state == KeyState.RETIRED and (key.published_until or 0) <= now
    ]
    for alg in sorted(served & set(keys.ALGORITHMS)):
        steps += _succession(settings, all_keys, alg, now)
    return steps


def _succession(
    settings: Settings, all_keys: Sequence[SigningKey], alg: str, now: int
) -> Iterator[Step]:
    active = _one(all_keys, alg, KeyState.ACTIVE)
    after = following(all_keys, alg)
    if active is None:
        yield Step(Act.ACTIVATE, alg, after.kid) if after else Step(Act.REPLACE, alg)
        return
    due = next_change(settings, active, all_keys)
    if after is None and now >= due - settings.signing_key_overlap:
        yield Step(Act.PUBLISH, alg)
    elif after is not None and now >= due:
        yield Step(Act.ACTIVATE, alg, after.kid)


def _one(all_keys: Sequence[SigningKey], alg: str, state: KeyState) -> SigningKey | None:
    return next((key for key in all_keys if key.alg == alg and key.state == state), None)


def rotate_signing_keys(database: Database, settings: Settings) -> int:
    """The worker's job; returns how many changes it made. Most of the time nothing is due, and
    nothing is locked."""
    with database.reading() as session:
        due = plan(settings, keys.all_keys(session), keys.in_use(session), clock.now())
    if not due:
        return 0
    with database.writing() as session:
        return len(rotate_due(session, settings))


def rotate_due(session: Session, settings: Settings, *, actor: str = "system") -> list[Step]:
    """Make, activate, retire and remove what is due. Of several workers one does it: the others
    wait for it, and find nothing due."""
    present = keys.locked(session)
    steps = plan(settings, present, keys.in_use(session), clock.now())
    for step in steps:
        _take(session, settings, step, present, actor)
    return steps


def _take(
    session: Session, settings: Settings, step: Step, present: Sequence[SigningKey], actor: str
) -> None:
    key = next((key for key in present if key.kid == step.kid), None)
    if step.act == Act.PUBLISH:
        keys.make(session, step.alg, KeyState.NEXT, actor=actor)
    elif step.act == Act.REPLACE:
        keys.make(session, step.alg, KeyState.ACTIVE, actor=actor)
    elif step.act == Act.REMOVE and key is not None:
        keys.remove(session, key, actor=actor)
    elif step.act == Act.ACTIVATE and key is not None:
        _succeed(session, settings, key, present, actor)


def _succeed(
    session: Session,
    settings: Settings,
    key: SigningKey,
    present: Sequence[SigningKey],
    actor: str,
) -> None:
    active = _one(present, key.alg, KeyState.ACTIVE)
    if active is not None:
        keys.retire(session, active, clock.now() + token_life(settings), actor=actor)
    keys.activate(session, key, actor=actor)


def rotate(
    session: Session, settings: Settings, alg: str, *, immediately: bool = False, actor: str
) -> Rotation:
    """On an operator's word: the next key becomes active if it has been published long enough
    (or `immediately`: verifiers that keep the old set refuse it meanwhile); otherwise it is only
    made, if there is none. Where nothing is active, there is nothing to wait for."""
    present = keys.locked(session)
    after = following(present, alg)
    made = after is None
    key = after or keys.make(session, alg, KeyState.NEXT, actor=actor)
    usable_at = key.created_at + USABLE_AFTER
    idle = _one(present, alg, KeyState.ACTIVE) is None
    ready = immediately or idle or clock.now() >= usable_at
    if ready:
        _succeed(session, settings, key, present, actor)
    return Rotation(alg, key.kid, ready, made, usable_at)


def drop(session: Session, kid: str, *, actor: str) -> SigningKey | None:
    """In an emergency: the key is gone at once, and what it signed with it. The key that signs in
    the place of an active one is returned. Raises keys.UnknownKey."""
    present = keys.locked(session)
    key = keys.find(session, kid)
    state, alg = key.state, key.alg
    keys.remove(session, key, actor=actor)
    if state != KeyState.ACTIVE:
        return None
    after = following(present, alg)
    if after is None:
        return keys.make(session, alg, KeyState.ACTIVE, actor=actor)
    keys.activate(session, after, actor=actor)
    return after

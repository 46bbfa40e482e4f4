"""The signing keys: which there are, what comes next, and what an end to one would break."""

import math
from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp import clock
from idp.config import HOUR
from idp.directory import key_consequences, key_rotation
from idp.directory import keys as directory
from idp.directory.authority import Target, Verb
from idp.directory.key_rotation import Succession
from idp.directory.keys import UnknownKey
from idp.models import KeyState, SigningKey
from idp.web.admin.visit import Found, Visit, operated, page
from idp.web.current import database, provider, settings
from idp.web.rendering import moment
from idp.web.words import _

admin_keys = Blueprint("admin_keys", __name__, url_prefix="/admin/keys")


def signing_key(session: Session, kid: str) -> Found:
    """The key that the address names, or 404. Keys are the whole service's."""
    try:
        return directory.find(session, kid), Target()
    except UnknownKey:
        abort(404)


def algorithm(session: Session, alg: str) -> Found:
    """An algorithm that there is a key for, or 404."""
    if alg not in {key.alg for key in directory.all_keys(session)}:
        abort(404)
    return alg, Target()


@admin_keys.get("")
@operated(Verb.KEY_READ)
def index(visit: Visit) -> ResponseReturnValue:
    present = directory.all_keys(visit.session)
    return page(
        "keys",
        visit,
        successions=[
            _succession(key_rotation.succession(settings(), present, alg))
            for alg in sorted({key.alg for key in present})
        ],
        keys=[_line(key, present) for key in reversed(present)],
        missing=directory.without_active(visit.session),
        days=settings().signing_key_days,
        target=Target(),
    )


@admin_keys.get("/rotate/<alg>")
@operated(Verb.KEY_ROTATE, algorithm)
def ask_rotate(visit: Visit, alg: str) -> ResponseReturnValue:
    present = directory.all_keys(visit.session)
    following = key_rotation.following(present, alg)
    usable_from = (following.created_at if following else clock.now()) + key_rotation.USABLE_AFTER
    active = next((k for k in present if k.alg == alg and k.state == KeyState.ACTIVE), None)
    return page(
        "key_rotate",
        visit,
        alg=alg,
        following=following,
        usable_at=moment(usable_from),
        broken=_broken(visit.session, active) if active else None,
        token_hours=math.ceil(key_rotation.token_life(settings()) / HOUR),
    )


@admin_keys.post("/rotate/<alg>")
@operated(Verb.KEY_ROTATE, algorithm)
def rotate(visit: Visit, alg: str) -> ResponseReturnValue:
    """By the ordinary way: published first, used once everybody can know it."""
    with database().writing() as session:
        done = key_rotation.rotate(session, settings(), alg, immediately=False, actor="operator")
    provider().registry.look_again()
    if done.active:
        flash(_("Une nouvelle clé %(alg)s signe désormais.", alg=alg), "success")
    elif done.made:
        flash(_("La prochaine clé %(alg)s est publiée.", alg=alg), "success")
    else:
        flash(_("La prochaine clé %(alg)s n’est pas publiée depuis assez longtemps.", alg=alg))
    return redirect(url_for("admin_keys.index"), 303)


@admin_keys.get("/<kid>/retire")
@operated(Verb.KEY_RETIRE, signing_key)
def ask_retire(visit: Visit, key: SigningKey) -> ResponseReturnValue:
    return page(
        "key_retire",
        visit,
        key=_line(key, directory.all_keys(visit.session)),
        broken=_broken(visit.session, key),
        cache_minutes=key_rotation.PUBLISHED_CACHE // 60,
    )


@admin_keys.post("/<kid>/retire")
@operated(Verb.KEY_RETIRE, signing_key)
def retire(visit: Visit, key: SigningKey) -> ResponseReturnValue:
    with database().writing() as session:
        key_rotation.drop(session, key.kid, actor="operator")
    provider().registry.look_again()
    flash(_("La clé est retirée : rien de ce qu’elle a signé n’est plus accepté."), "success")
    return redirect(url_for("admin_keys.index"), 303)


def _line(key: SigningKey, present: list[SigningKey]) -> dict[str, Any]:
    since = {KeyState.ACTIVE: key.activated_at, KeyState.RETIRED: key.retired_at}
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": key.state,
        "since": moment(since.get(KeyState(key.state)) or key.created_at),
        "next": moment(key_rotation.next_change(settings(), key, present)),
    }


def _succession(planned: Succession) -> dict[str, Any]:
    return {
        "alg": planned.alg,
        "publishes_at": moment(planned.publishes_at),
        "replaces_at": moment(planned.replaces_at),
    }


def _broken(session: Session, key: SigningKey) -> dict[str, Any]:
    found = key_consequences.of(session, settings(), key.kid)
    return {
        "tokens_until": moment(found.tokens_until),
        "successor": found.successor,
        "applications": found.applications,
        "resources": found.resources,
    }

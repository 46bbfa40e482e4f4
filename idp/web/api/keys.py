"""The signing keys."""

from typing import Any

from flask import abort
from sqlalchemy.orm import Session

from idp.directory import key_consequences, key_rotation
from idp.directory import keys as directory
from idp.directory.authority import Target, Verb
from idp.directory.documents import InvalidMetadata
from idp.directory.key_rotation import Succession
from idp.directory.keys import UnknownKey
from idp.directory.own_resources import KEYS_MANAGE, KEYS_READ
from idp.models import SigningKey
from idp.web.api.caller import Call
from idp.web.api.clients import moment
from idp.web.api.operations import Answer, Found, Said, operation
from idp.web.current import database, provider, settings


def signing_key(session: Session, kid: str) -> Found:
    try:
        return directory.find(session, kid), Target()
    except UnknownKey:
        abort(404)


def algorithm(session: Session, alg: str) -> Found:
    if alg not in {key.alg for key in directory.all_keys(session)}:
        abort(404)
    return alg, Target()


@operation("GET", "/keys", Said(
    verb=Verb.KEY_READ, scope=KEYS_READ, answer="KeyList",
    summary="The signing keys, oldest first, when each goes on to its next state, and each next "
    "rotation: published first (null: it is), used once everybody can know it.",
))  # fmt: skip
def list_keys(call: Call) -> Answer:
    present = directory.all_keys(call.session)
    document = {
        "keys": [_line(key, present) for key in present],
        "missing": directory.without_active(call.session),
        "rotations": [
            _succession(key_rotation.succession(settings(), present, alg))
            for alg in sorted({key.alg for key in present})
        ],
    }
    return document, 200, {}


@operation("POST", "/keys/{alg}/rotate", Said(
    verb=Verb.KEY_ROTATE, scope=KEYS_MANAGE, finds=algorithm, answer="Rotation",
    summary="Publish the next key of an algorithm or, once everybody can know it, sign with it.",
))  # fmt: skip
def rotate_key(call: Call, alg: str) -> Answer:
    with database().writing() as session:
        done = key_rotation.rotate(session, settings(), alg, actor="operator")
    provider().registry.look_again()
    document = {
        "kid": done.kid,
        "alg": done.alg,
        "active": done.active,
        "made": done.made,
        "usable_at": moment(done.usable_at),
    }
    return document, 200, {}


@operation("GET", "/keys/{kid}/consequences", Said(
    verb=Verb.KEY_READ, scope=KEYS_READ, finds=signing_key, answer="Consequences",
    summary="What an end to a key would break, in sentences and one by one.",
))  # fmt: skip
def consequences(call: Call, key: SigningKey) -> Answer:
    found = key_consequences.of(call.session, settings(), key.kid)
    document = {
        "consequences": list(found.sentences()),
        "tokens_until": moment(found.tokens_until),
        "successor": found.successor,
        "applications": found.applications,
        "resources": found.resources,
    }
    return document, 200, {}


@operation("POST", "/keys/{kid}/retire", Said(
    verb=Verb.KEY_RETIRE, scope=KEYS_MANAGE, finds=signing_key, answer="Successor",
    summary="In an emergency: the key is gone at once, and what it signed is refused. The body "
    "names the key once more.",
    body="Retirement", refusals=(422,),
))  # fmt: skip
def retire_key(call: Call, key: SigningKey) -> Answer:
    if call.body != {"kid": key.kid}:
        raise InvalidMetadata("kid: has to be that of the address, and alone")
    with database().writing() as session:
        successor = key_rotation.drop(session, key.kid, actor="operator")
        following = successor.kid if successor else None
    provider().registry.look_again()
    return {"successor": following}, 200, {}


def _succession(planned: Succession) -> dict[str, Any]:
    return {
        "alg": planned.alg,
        "publishes_at": moment(planned.publishes_at),
        "replaces_at": moment(planned.replaces_at),
    }


def _line(key: SigningKey, present: list[SigningKey]) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": key.state,
        "created_at": moment(key.created_at),
        "activated_at": moment(key.activated_at),
        "retired_at": moment(key.retired_at),
        "next_change_at": moment(key_rotation.next_change(settings(), key, present)),
    }

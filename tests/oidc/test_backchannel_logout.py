"""OpenID Connect Back-Channel Logout 1.0: who is told, of what, how often, and by which token."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey
from sqlalchemy import select

from idp.config import Settings
from idp.crypto import Keyring, new_secret
from idp.directory import accounts, sessions
from idp.messages import delivery
from idp.models import Message, MessageState
from idp.oidc import backchannel_logout
from tests.browser_client import ISSUER, Browser
from tests.factories import App, Person
from tests.held_clock import HeldClock
from tests.oidc.listener import Listener, listening
from tests.oidc.walk import Walk

HOUR = 3600
NOWHERE = "http://127.0.0.1:9/told"  # discard: nobody listens


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as there:
        yield there


class Sender:
    """What the worker does every second. Applications are on this machine: that is allowed."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._job = backchannel_logout.deliverer()
        self.settings: Settings = walk.settings.model_copy(
            update={"fetch_private": "127.0.0.0/8", "fetch_timeout": 2}
        )

    def send(self) -> int:
        return self._job(self._walk.database, self.settings)


@pytest.fixture
def sender(walk: Walk) -> Sender:
    return Sender(walk)


def took_part(walk: Walk, person: Person, **metadata: Any) -> App:
    """Another client of the person's session."""
    client = walk.factory.client(**metadata)
    walk.agree(person, client)
    walk.code(client)
    return client


def sign_out(walk: Walk, id_token: str) -> None:
    walk.browser.get(f"/logout?{urlencode({'id_token_hint': id_token})}")


def leave(walk: Walk, listener: Listener, **metadata: Any) -> tuple[App, dict[str, Any]]:
    """Somebody signs in at a client that listens, and out again; returns the ID token's claims."""
    client = walk.ready(backchannel_logout_uri=listener.address, **metadata)
    tokens = walk.tokens(client)
    sign_out(walk, tokens["id_token"])
    alg = metadata.get("id_token_signed_response_alg", "ES256")
    return client, walk.id_claims(tokens, alg)


def waiting(walk: Walk) -> list[str]:
    return [each["state"] for each in walk.factory.messages() if each["kind"] == "logout"]


def test_the_token_says_which_session_of_whom_has_ended(
    walk: Walk, sender: Sender, listener: Listener, clock: HeldClock
) -> None:
    client, known = leave(walk, listener)
    assert sender.send() == 1
    [token] = listener.received
    decoded, now = walk.decoded(token), int(clock.now)
    claims = dict(decoded.claims)
    assert decoded.header["typ"] == "logout+jwt"
    assert len(claims.pop("jti")) >= 16
    assert claims == {
        "iss": ISSUER,
        "aud": client.client_id,
        "sub": known["sub"],
        "sid": known["sid"],
        "iat": now,
        "exp": now + 120,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_the_token_is_signed_as_the_clients_id_tokens_are(
    walk: Walk, sender: Sender, listener: Listener, alg: str
) -> None:
    leave(walk, listener, id_token_signed_response_alg=alg)
    sender.send()
    assert walk.decoded(listener.received[0], alg).header["alg"] == alg


def test_every_application_that_took_part_is_told_and_nobody_else(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    uri = listener.address
    person, first = walk.agreed(backchannel_logout_uri=uri)
    second = took_part(walk, person, backchannel_logout_uri=uri)
    took_part(walk, person)  # and does not listen
    walk.agree(person, walk.factory.client(backchannel_logout_uri=uri))  # and was not used
    sign_out(walk, walk.tokens(first)["id_token"])
    assert sender.send() == 2
    told = [walk.decoded(token).claims for token in listener.received]
    assert {each["aud"] for each in told} == {first.client_id, second.client_id}
    # Two applications cannot tell that it is one person, or one session.
    assert len({each["sub"] for each in told}) == len({each["sid"] for each in told}) == 2
    assert len({each["jti"] for each in told}) == 2


def test_nobody_is_told_twice(walk: Walk, sender: Sender, listener: Listener) -> None:
    leave(walk, listener)
    assert [sender.send(), sender.send()] == [1, 0]
    assert len(listener.received) == 1


def test_what_was_sent_is_wiped(walk: Walk, sender: Sender, listener: Listener) -> None:
    leave(walk, listener)
    sender.send()
    [message] = [each for each in walk.factory.messages() if each["kind"] == "logout"]
    assert message["state"] == MessageState.SENT
    assert "recipient" not in message


def test_a_session_that_does_not_end_tells_nobody(walk: Walk, listener: Listener) -> None:
    """The messages are in the very transaction that ends the session."""
    person, client = walk.agreed(backchannel_logout_uri=listener.address)
    walk.code(client)
    with pytest.raises(RuntimeError, match="power cut"):
        end_by_halves(walk, person)
    assert waiting(walk) == []


def end_by_halves(walk: Walk, person: Person) -> None:
    with walk.database.writing() as session:
        sessions.end_all(session, person.account_id, actor="operator", reason="test")
        raise RuntimeError("power cut")


@pytest.mark.parametrize("status", [500, 503, 404, 302])
def test_an_application_in_trouble_is_asked_again(
    walk: Walk, sender: Sender, listener: Listener, clock: HeldClock, status: int
) -> None:
    leave(walk, listener)
    listener.status = status
    assert [sender.send(), sender.send()] == [0, 0]
    assert len(listener.received) == 1  # not before its time
    clock.advance(2)
    sender.send()
    clock.advance(5)
    listener.status = 204
    assert sender.send() == 1
    assert len(listener.received) == 3
    assert waiting(walk) == ["sent"]


def test_each_attempt_has_a_token_of_its_own(
    walk: Walk, sender: Sender, listener: Listener, clock: HeldClock
) -> None:
    leave(walk, listener)
    listener.status = 503
    sender.send()
    clock.advance(HOUR)
    sender.send()
    first, second = (walk.decoded(token).claims for token in listener.received)
    assert second["iat"] == first["iat"] + HOUR
    assert first["jti"] != second["jti"]


def test_an_application_that_refuses_the_token_is_not_asked_again(
    walk: Walk, sender: Sender, listener: Listener, clock: HeldClock
) -> None:
    leave(walk, listener)
    listener.status = 400
    sender.send()
    clock.advance(HOUR)
    assert sender.send() == 0
    assert len(listener.received) == 1
    assert waiting(walk) == ["failed"]


def test_who_was_away_for_a_whole_session_is_given_up(
    walk: Walk, sender: Sender, listener: Listener, clock: HeldClock
) -> None:
    leave(walk, listener)
    listener.status = 503
    for _ in range(60):
        sender.send()
        clock.advance(600)
    assert waiting(walk) == ["expired"]
    assert 10 < len(listener.received) < 30


def test_one_that_is_down_is_asked_once_for_all_and_delays_nobody_else(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    person, down = walk.agreed(backchannel_logout_uri=NOWHERE)
    walk.code(down)
    took_part(walk, person, backchannel_logout_uri=listener.address)
    elsewhere = Browser(walk.app)
    walk.sign_in(person, browser=elsewhere)
    elsewhere.authorize(down)
    with walk.database.writing() as session:
        sessions.end_all(session, person.account_id, actor="operator", reason="test")
    assert sender.send() == 1
    assert len(listener.received) == 1
    assert sorted(waiting(walk)) == ["sent", "waiting", "waiting"]
    assert attempts(walk, "waiting") == [0, 1]


def attempts(walk: Walk, state: str) -> list[int]:
    with walk.database.reading() as session:
        query = select(Message.attempts).where(Message.state == state)
        return sorted(session.scalars(query))


def test_a_code_never_waits_for_an_application(walk: Walk, listener: Listener) -> None:
    """The threads that send to people leave these messages alone."""
    leave(walk, listener)
    assert delivery.deliver_due(walk.database, walk.settings, "people") == 0
    assert waiting(walk) == ["waiting"]


def test_a_private_address_that_is_not_allowed_is_not_called(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    leave(walk, listener)
    sender.settings = walk.settings
    assert sender.send() == 0
    assert listener.received == []
    assert waiting(walk) == ["waiting"]


def test_an_application_that_stopped_listening_is_not_called(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    client, _ = leave(walk, listener)
    walk.disable(client)
    assert sender.send() == 0
    assert listener.received == []
    assert waiting(walk) == ["failed"]


def test_blocking_an_account_tells_its_applications(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    person, client = walk.agreed(backchannel_logout_uri=listener.address)
    walk.code(client)
    motive = accounts.Motive.SUSPECTED_FRAUD
    with walk.database.writing() as session:
        accounts.block(session, person.identifier, motive=motive, actor="operator")
    assert sender.send() == 1


def test_somebody_else_at_the_same_browser_ends_the_session_before(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    _, client = walk.agreed(backchannel_logout_uri=listener.address)
    walk.code(client)
    walk.browser.authorize(client, prompt="login")
    walk.browser.give_password(walk.factory.person())
    assert sender.send() == 1


def test_a_session_that_grows_old_is_no_logout_and_signing_out_later_is(
    walk: Walk, sender: Sender, listener: Listener, clock: HeldClock
) -> None:
    client = walk.ready(backchannel_logout_uri=listener.address)
    tokens = walk.tokens(client)
    clock.advance(walk.settings.session_idle + 1)
    assert walk.silent(client) == "login_required"
    assert sender.send() == 0
    sign_out(walk, tokens["id_token"])
    assert sender.send() == 1


def test_who_takes_encrypted_id_tokens_takes_encrypted_logout_tokens(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    key = ECKey.generate_key("P-256", {"use": "enc", "kid": "for-me"})
    client = walk.ready(
        backchannel_logout_uri=listener.address,
        id_token_encrypted_response_alg="ECDH-ES",
        id_token_encrypted_response_enc="A256GCM",
        jwks={"keys": [key.as_dict(private=False)]},
    )
    sign_out(walk, opened(walk.tokens(client)["id_token"], key))
    sender.send()
    decoded = walk.decoded(opened(listener.received[0], key))
    assert (decoded.header["typ"], decoded.claims["aud"]) == ("logout+jwt", client.client_id)


def opened(text: str, key: ECKey) -> str:
    """As the application reads it."""
    found = jwe.decrypt_compact(text, key, algorithms=["ECDH-ES", "A256GCM"])
    return (found.plaintext or b"").decode()


def test_without_a_key_the_token_waits_and_is_not_sent_in_the_clear(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    client, _ = leave(walk, listener)
    walk.change(client, id_token_encrypted_response_alg="ECDH-ES")
    assert sender.send() == 0
    assert (listener.received, waiting(walk)) == ([], ["waiting"])


def test_a_session_older_than_the_newest_key_ends_by_the_name_that_was_told(
    walk: Walk, sender: Sender, listener: Listener
) -> None:
    client = walk.ready(backchannel_logout_uri=listener.address)
    hint, told = walk.tokens(client)["id_token"], walk.settings
    keys = [
        secret.get_secret_value() for secret in (told.sealing_keys, told.mac_keys, told.index_keys)
    ]
    keys[1] = f"k2:{new_secret()},{keys[1]}"
    walk.database.keyring = Keyring(*keys)
    sign_out(walk, hint)
    sender.send()
    names = [walk.decoded(token).claims["sid"] for token in listener.received]
    assert len(set(names)) == 2
    assert walk.decoded(hint).claims["sid"] in names

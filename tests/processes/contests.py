"""Things that are good once, and what happens when several take them at the same moment.

A contest prepares a fresh thing, sends the same request over several connections to the processes
of a provider, and judges: exactly one may win. All speak to one provider.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence

import orjson

from idp import clock
from idp.directory import initial_tokens
from idp.oidc.client_assertion import TYPE
from tests.factories import App
from tests.oidc.assertions import KEYS, signed
from tests.processes.deployment import Deployment, redemption, refreshing
from tests.processes.network import Answer, Request

AT_ONCE = 4  # over at least two processes
CHOSEN = "six pommes vertes sur un velo bleu"
ROUNDS_OF_A_PERSON = 500


class Violation(AssertionError):
    """Not exactly one has won."""


class Contest(ABC):
    """`name` is what is good once."""

    name: str

    def __init__(self, provider: Deployment) -> None:
        self.provider = provider
        self.client = provider.server.test_client()
        self.rounds = 0

    def run(self) -> None:
        """One round; raises Violation."""
        self.judge(self.client.at_once([self.prepare()] * AT_ONCE))
        self.rounds += 1

    @abstractmethod
    def prepare(self) -> Request:
        """What each of them sends."""

    @abstractmethod
    def judge(self, answers: Sequence[Answer]) -> None:
        """Raises Violation unless exactly one has won."""

    def expect(self, holds: bool, answers: Sequence[Answer]) -> None:
        if not holds:
            said = Counter((answer.status_code, answer.text[:300]) for answer in answers)
            raise Violation(f"{self.name}, round {self.rounds}: {said}")


class AuthorizationCode(Contest):
    """RFC 6749, section 4.1.2: one use, and the tokens of a second one are revoked."""

    name = "code"

    def prepare(self) -> Request:
        if self.rounds % ROUNDS_OF_A_PERSON == 0:
            self._app = self.provider.factory.client()
            self._browser = self.provider.signed_in(self._app, self.provider.factory.person())
        self._browser.authorize(self._app)
        return redemption(self._app, self._browser.authorization_code)

    def judge(self, answers: Sequence[Answer]) -> None:
        said = Counter((each.status_code, each.json.get("error")) for each in answers)
        self.expect(said == {(200, None): 1, (400, "invalid_grant"): AT_ONCE - 1}, answers)


class RefreshToken(Contest):
    """One rotation, and all get its result: an application that lost its answer asks again."""

    name = "refresh"

    def prepare(self) -> Request:
        if self.rounds % ROUNDS_OF_A_PERSON == 0:
            self._app, person = self.provider.factory.client(), self.provider.factory.person()
            browser = self.provider.signed_in(self._app, person, scope="openid offline_access")
            first = self.client.at_once([redemption(self._app, browser.authorization_code)])[0]
            self._current = first.json["refresh_token"]
        return refreshing(self._app, self._current)

    def judge(self, answers: Sequence[Answer]) -> None:
        given = {each.json.get("refresh_token") for each in answers}
        self.expect(len(given) == 1 and given.isdisjoint({None, self._current}), answers)
        self._current = given.pop()


class OneTimeCode(Contest):
    """The second factor: one session is raised, whoever else knows the code."""

    name = "one-time code"

    def prepare(self) -> Request:
        if self.rounds % ROUNDS_OF_A_PERSON == 0:
            self._app = self.provider.factory.client()
        self._person = self.provider.factory.person()
        browser = self.provider.at_the_code(self._person, self._app)
        return browser.filled_in(code=self.provider.code_of(self._person))

    def judge(self, answers: Sequence[Answer]) -> None:
        winners = sum("dmp-session" in each.cookies for each in answers)
        self.expect(winners == 1, answers)
        raised = self.provider.outcomes("session.raised", self._person)
        self.expect(raised == {"success": 1}, answers)


class InitialPassword(Contest):
    """The letter opens the account once."""

    name = "letter"

    def prepare(self) -> Request:
        self._person = self.provider.factory.person(activated=False)
        browser = self.provider.browser()
        browser.get("/activation")
        browser.give_password(self._person)
        browser.submit(new_password=CHOSEN, new_password_again=CHOSEN)
        return browser.filled_in(code=self.provider.code_of(self._person))

    def judge(self, answers: Sequence[Answer]) -> None:
        winners = sum("dmp-session" in each.cookies for each in answers)
        self.expect(winners == 1, answers)
        activated = self.provider.outcomes("account.activated", self._person)
        self.expect(activated == {"success": 1}, answers)


class AssertionId(Contest):
    """RFC 7523, section 3: the `jti` of a client's assertion."""

    name = "jti"

    def prepare(self) -> Request:
        if self.rounds == 0:
            self._app = self._register()
        now = int(clock.now())
        data = {
            "token": "anything",
            "client_assertion_type": TYPE,
            "client_assertion": signed(self._app, iat=now, exp=now + 60),
        }
        return self.client.prepare("POST", "/introspect", data=data)

    def _register(self) -> App:
        return self.provider.factory.machine(
            token_endpoint_auth_method="private_key_jwt",
            token_endpoint_auth_signing_alg="ES256",
            jwks={"keys": [KEYS["ES256"].as_dict(private=False)]},
        )

    def judge(self, answers: Sequence[Answer]) -> None:
        said = Counter((each.status_code, each.json.get("error")) for each in answers)
        self.expect(said == {(200, None): 1, (401, "invalid_client"): AT_ONCE - 1}, answers)


class InitialToken(Contest):
    """An initial access token that is good for one registration (RFC 7591, section 3)."""

    name = "initial access token"

    def prepare(self) -> Request:
        with self.provider.database.writing() as session:
            made = initial_tokens.make(session, "Contest", days=1, uses=1, actor="operator")
        headers = {"Authorization": f"Bearer {made.token}", "Content-Type": "application/json"}
        document = orjson.dumps({"redirect_uris": ["https://app.example/callback"]})
        return Request("POST", "/register", headers, document)

    def judge(self, answers: Sequence[Answer]) -> None:
        said = Counter((each.status_code, each.json.get("error")) for each in answers)
        self.expect(said == {(201, None): 1, (401, "invalid_token"): AT_ONCE - 1}, answers)


CONTESTS: tuple[type[Contest], ...] = (
    AuthorizationCode,
    RefreshToken,
    OneTimeCode,
    InitialPassword,
    AssertionId,
    InitialToken,
)

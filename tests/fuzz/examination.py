"""One input, from its text to a verdict."""

from collections.abc import Iterator

from tests.fuzz import client, message, oracles
from tests.fuzz.world import World

# A journey that was blocked by failures shows nothing but that: begin again now and then.
LONGEST_RUN = 100


class Failed(AssertionError):
    """An answer that the provider may not give."""


class Examination:
    """Sends inputs to a world and restores it whenever one had an effect."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._since_restored = 0
        self.inputs = 0
        self.refused = 0

    def examine(self, text: bytes) -> client.Answer:
        """Raises Failed, with the input as it was sent and everything that is wrong."""
        environ = message.environ(message.filled(text, self._world.values))
        answer = client.send(self._world.app.wsgi_app, environ)
        changed = self._world.changes.since()
        self.inputs += 1
        self.refused += oracles.refused(answer)
        found = list(oracles.problems(answer, changed))
        self._go_on(bool(changed) and not oracles.refused(answer))
        if found:
            raise Failed("\n".join([*_listed(found), "", *_shown(text), "", *_shown(answer.body)]))
        return answer

    def _go_on(self, had_an_effect: bool) -> None:
        self._since_restored += 1
        if had_an_effect or self._since_restored >= LONGEST_RUN:
            self._world.restore()
            self._since_restored = 0


def _listed(found: list[str]) -> Iterator[str]:
    yield "this answer"
    for problem in found:
        yield f"  {problem}"


def _shown(text: bytes) -> list[str]:
    return text[:2_000].decode("latin-1").split("\n")

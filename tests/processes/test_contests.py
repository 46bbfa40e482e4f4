"""What is good once has one winner, many times over. `make races` goes on to 10,000 rounds."""

import pytest

from tests.processes.contests import CONTESTS, Contest
from tests.processes.deployment import Deployment

pytestmark = pytest.mark.slow

ROUNDS = 25


@pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: contest.name)
def test_exactly_one_wins_every_round(provider: Deployment, contest: type[Contest]) -> None:
    held = contest(provider)
    for _ in range(ROUNDS):
        held.run()
    assert held.rounds == ROUNDS

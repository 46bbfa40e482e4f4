"""How long messages took, of their counts by the bounds that they stayed within."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

# A share of the messages that took no longer than what is said of it.
HALF, MOST = Fraction(50, 100), Fraction(95, 100)


@dataclass(frozen=True)
class Delays:
    """Seconds that the half and 95 % of the messages took at most; None where there were none."""

    median: int | None
    p95: int | None


def of(counted: Mapping[int, int]) -> Delays:
    """`counted` are numbers of messages by bound, in seconds."""
    return Delays(within(counted, HALF), within(counted, MOST))


def within(counted: Mapping[int, int], share: Fraction) -> int | None:
    """The bound that this share of them stayed within."""
    wanted, reached = share * sum(counted.values()), 0
    for bound, count in sorted((Counter(counted)).items()):
        reached += count
        if count and reached >= wanted:
            return bound
    return None

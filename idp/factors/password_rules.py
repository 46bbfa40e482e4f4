"""What a chosen password must be. Rules are ids with a verdict; the pages have the words."""

import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from idp.config import Settings
from idp.factors.hashing import normalise

# zxcvbn's time grows with the length; what stands beyond does not make a password weaker.
ESTIMATED_CHARACTERS = 72
SHORTEST_TRAIT = 3

# zxcvbn knows what the English type first; this is what the French do, and this service's name.
FRENCH = (
    "motdepasse", "azerty", "azertyuiop", "qsdfghjklm", "wxcvbn", "bonjour", "soleil", "chouchou",
    "doudou", "loulou", "jetaime", "marseille", "chocolat", "coucou", "nicolas", "camille",
    "dossier", "medical", "partage", "sante", "ameli", "vitale", "cartevitale", "securite",
    "sociale", "medecin", "docteur", "hopital", "france", "janvier", "fevrier", "mars", "avril",
    "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre", "printemps",
    "automne", "hiver",
)  # fmt: skip

# zxcvbn keeps the person's words in a table of its module: one estimate at a time.
_estimating = threading.Lock()


@dataclass(frozen=True)
class Rule:
    """`id` is one of "length", "too_long", "personal", "leaked", "guessable"."""

    id: str
    kept: bool


def check(password: str, traits: Sequence[str], settings: Settings) -> list[Rule]:
    """Every rule with its verdict; `traits` are the person's own words and numbers."""
    text = normalise(password)
    words = _words(traits)
    return [
        Rule("length", len(text) >= settings.password_minimum),
        Rule("too_long", len(text) <= settings.password_maximum),
        Rule("personal", not _is_personal(text, words)),
        Rule("leaked", text.lower() not in _leaked()),
        Rule("guessable", bool(text) and _score(text, words) >= settings.password_strength),
    ]


def broken(rules: Sequence[Rule]) -> list[str]:
    """The ids of the rules that are not kept."""
    return [rule.id for rule in rules if not rule.kept]


def _score(text: str, words: Sequence[str]) -> int:
    head = text[:ESTIMATED_CHARACTERS]
    with _estimating:
        estimate = zxcvbn(head, user_inputs=[*words, *FRENCH], max_length=ESTIMATED_CHARACTERS)
    return int(estimate["score"])


def _words(traits: Sequence[str]) -> list[str]:
    parts = {part for trait in traits for part in re.split(r"[\s'’-]+", _plain(trait))}
    whole = {re.sub(r"[\s'’-]+", "", _plain(trait)) for trait in traits}
    return sorted(word for word in parts | whole if len(word) >= SHORTEST_TRAIT)


def _is_personal(text: str, words: Sequence[str]) -> bool:
    """Whether a trait makes up most of what was chosen: a name inside a sentence is no harm."""
    plain = _plain(text)
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    letters = re.sub(r"[\W_]+", "", rest)
    return rest != plain and len(letters) < len(plain) / 2


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


@lru_cache(maxsize=1)
def _leaked() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])

"""What a chosen password must be."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.config import Settings
from idp.crypto import new_secret
from idp.factors import password_rules

KEYS = {f"{name}_keys": f"k1:{new_secret()}" for name in ("sealing", "mac", "index")}
MARIE = [
    "marie", "christine", "martin", "bourges", "1977", "3101", "31011977", "310177",
    "m.martin@exemple.fr", "06 12 34 56 78", "2770166828427",
]  # fmt: skip


@pytest.fixture
def settings() -> Settings:
    return Settings(environment="demonstration", **KEYS)


def broken(settings: Settings, password: str, traits: list[str] = MARIE) -> set[str]:
    return set(password_rules.broken(password_rules.check(password, traits, settings)))


@pytest.mark.parametrize(
    "password",
    [
        "six pommes vertes sur un velo bleu",
        "Trois canards jaunes !",
        "correct horse battery staple",
        "mon chat Martin déteste les aspirateurs",  # a name inside a sentence is no harm
        "une phrase qui finit en 1977 sans raison",
        "Ünïcödé très lisible, n’est-ce pas ?",
        "💶🗝🚲🦆🍎🧀🎻🪁🧦🚦🦉🌵",
    ],
)
def test_a_good_one_is_taken(settings: Settings, password: str) -> None:
    assert broken(settings, password) == set()


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "length"),
        ("onze lettre", "length"),
        ("x" * 129, "too_long"),
        ("Marie Christine", "personal"),
        ("MARTIN-31011977", "personal"),
        ("Màrtin Bôurges", "personal"),
        ("0612345678abcd", "personal"),
        ("2770166828427!", "personal"),
        ("m.martin@exemple.fr", "personal"),
        ("qwertyuiop123", "leaked"),
        ("QWERTYUIOP123", "leaked"),
        ("aaaaaaaaaaaaaaaa", "guessable"),
        ("abcdefghijklmnop", "guessable"),
        ("azertyuiopqsdfghjklm", "guessable"),
        ("motdepasse2026", "guessable"),
        ("Marseille2026", "guessable"),
        ("dossiermedical", "guessable"),
        ("123123123123", "guessable"),
    ],
)
def test_each_rule_has_its_id(settings: Settings, password: str, rule: str) -> None:
    assert rule in broken(settings, password)


def test_characters_are_counted_as_people_count_them(settings: Settings) -> None:
    """NFKC first: an accent typed apart is no character of its own."""
    assert "length" in broken(settings, "e\u0301" * 11)
    assert "length" not in broken(settings, "e\u0301" * 12)


def test_the_longest_that_is_allowed_is_looked_at_quickly_enough(settings: Settings) -> None:
    assert "too_long" not in broken(settings, "un mot " * 18)
    assert broken(settings, "\ufdfa" * 128) >= {"too_long"}


def test_persons_are_not_mixed_up_when_several_type_at_once(settings: Settings) -> None:
    """zxcvbn keeps a person's words in a global: each estimate must see its own alone."""
    names = ["zorglubique", "parcifloral", "tromblonesque", "quincaillon"]

    def verdict(number: int) -> bool:
        name = names[number % 4]
        return "guessable" in broken(settings, f"{name}{name}", [name])

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(verdict, range(40)))

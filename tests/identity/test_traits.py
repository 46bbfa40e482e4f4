from dataclasses import replace

from idp.identity.traits import Traits

MARIE = Traits(
    birth_name="Martin",
    used_name=None,
    first_names=("Marie Christine", "Anne"),
    birth_date="1977-01-31",
    sex="F",
    birth_place="18033",
    birth_place_name="Bourges",
)


def test_traits_survive_json() -> None:
    assert Traits.from_json(MARIE.to_json()) == MARIE


def test_the_name_in_use_is_the_one_on_the_envelope() -> None:
    assert MARIE.display_name == "Marie Christine MARTIN"
    assert replace(MARIE, used_name="Roux").display_name == "Marie Christine ROUX"


def test_a_first_name_in_capitals_is_written_as_people_write_it() -> None:
    assert replace(MARIE, first_names=("JEAN-NOËL",)).display_name == "Jean-Noël MARTIN"
    assert replace(MARIE, first_names=("D’ARTAGNAN",)).display_name == "D’Artagnan MARTIN"


def test_civility_follows_the_sex() -> None:
    assert (MARIE.civility, replace(MARIE, sex="M").civility) == ("Madame", "Monsieur")


def test_the_pivot_identity_is_as_registered() -> None:
    assert MARIE.identite_pivot == {
        "given_name": "MARIE CHRISTINE ANNE",
        "family_name": "MARTIN",
        "birthdate": "1977-01-31",
        "gender": "female",
        "birthplace": "18033",
        "birthcountry": "99100",
    }


def test_the_pivot_identity_of_a_birth_abroad_names_the_country() -> None:
    abroad = replace(MARIE, birth_place="99351", used_name="Roux").identite_pivot
    assert (abroad["birthplace"], abroad["birthcountry"]) == ("", "99351")
    assert abroad["family_name"] == "MARTIN"


def test_the_dictionary_has_the_persons_own_words_and_dates() -> None:
    words = replace(MARIE, used_name="Roux-Petit").dictionary
    assert {"martin", "roux", "petit", "christine", "bourges", "1977", "310177"} <= set(words)

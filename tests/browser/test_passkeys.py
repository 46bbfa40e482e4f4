"""Passkeys in Chromium, with its virtual authenticator; applications and recovery codes beside."""

from urllib.parse import parse_qsl, unquote_plus, urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.authenticator import VirtualAuthenticator
from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor
from tests.factories import Person
from tests.passkeys import shown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEN_MINUTES = 600
PHR = "acr_values=phr"


@pytest.fixture
def person(demonstration: Demonstration) -> Person:
    return demonstration.person()


@pytest.fixture
def authenticator(visitor: Visitor) -> VirtualAuthenticator:
    return VirtualAuthenticator(visitor)


def is_at_home(visitor: Visitor, person: Person) -> None:
    visitor.is_signed_in(person)
    visitor.opens("/account")
    visitor.sees("Mon compte")


def adds_passkey(visitor: Visitor, name: str = "Téléphone de Marie") -> None:
    visitor.follows("Voir mes moyens de connexion")
    visitor.sees("Mes moyens de connexion")
    visitor.follows("Ajouter une clé d’accès")
    visitor.sees("Ajouter une clé d’accès")
    visitor.field("Nom de la clé d’accès").fill(name)
    visitor.presses("Ajouter une clé d’accès")
    visitor.sees("Mes moyens de connexion")
    visitor.reads("Votre clé d’accès est enregistrée", name)


def leaves(visitor: Visitor) -> None:
    visitor.opens("/account")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")


def test_a_passkey_is_added_suggested_at_the_door_and_removed(
    visitor: Visitor, authenticator: VirtualAuthenticator, person: Person
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    leaves(visitor)
    # The login field suggests it, and the virtual finger takes the suggestion.
    visitor.opens("/sign-in")
    visitor.sees("Mon compte")
    visitor.reads("Clé d’accès")
    visitor.follows("Voir mes moyens de connexion")
    visitor.sees("Mes moyens de connexion")
    visitor.reads("Utilisée pour la dernière fois")
    visitor.follows("Modifier Téléphone de Marie")
    visitor.sees("Modifier une clé d’accès")
    visitor.field("Nom de la clé d’accès").fill("Tablette")
    visitor.presses("Changer le nom")
    visitor.reads("Tablette")
    visitor.follows("Modifier Tablette")
    visitor.presses("Retirer cette clé d’accès")
    visitor.sees("Mes moyens de connexion")
    visitor.does_not_read("Tablette")


def test_a_passkey_takes_the_place_of_the_code(
    visitor: Visitor,
    authenticator: VirtualAuthenticator,
    person: Person,
    demonstration: Demonstration,
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    leaves(visitor)
    authenticator.is_present(False)
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.sees("Confirmez que c’est bien vous")
    authenticator.is_present(True)
    visitor.presses("Ma clé d’accès")
    visitor.agrees()
    visitor.sees("Bonjour")
    visitor.finds("Niveau atteint", "Clé d’accès")
    assert not demonstration.inbox.has_code(str(person.mail))


def test_who_verified_nobody_has_two_steps_and_no_more(
    visitor: Visitor,
    authenticator: VirtualAuthenticator,
    person: Person,
    demonstration: Demonstration,
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    leaves(visitor)
    authenticator.is_present(False)
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.sees("Confirmez que c’est bien vous")
    authenticator.verifies(False)
    authenticator.is_present(True)
    visitor.presses("Ma clé d’accès")
    visitor.agrees()
    visitor.finds("Niveau atteint", "Deux étapes")


def test_the_highest_level_is_refused_to_who_verified_nobody(
    visitor: Visitor,
    authenticator: VirtualAuthenticator,
    person: Person,
    demonstration: Demonstration,
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    leaves(visitor)
    authenticator.is_present(False)
    _wants_phr(visitor, demonstration)
    visitor.gives_password(person)
    visitor.sees("Utilisez votre clé d’accès")
    authenticator.verifies(False)
    authenticator.is_present(True)
    visitor.presses("Utiliser ma clé d’accès")
    visitor.is_told("Cette clé d’accès n’a pas été acceptée", "ni code, ni empreinte")
    authenticator.verifies(True)
    visitor.presses("Utiliser ma clé d’accès")
    visitor.sees("Ce que l’application saura de vous")


def _wants_phr(visitor: Visitor, demonstration: Demonstration) -> None:
    """The portal's own request, with a wish for the highest level."""
    visitor.opens(demonstration.portal)
    link = visitor.page.get_by_role("link", name="Se connecter").get_attribute("href")
    answer = visitor.context.request.get(f"{demonstration.portal}{link}", max_redirects=0)
    address, _, query = answer.headers["location"].partition("?")
    visitor.opens(f"{address}?{urlencode(dict(parse_qsl(query)) | {'acr_values': 'phr'})}")


def test_a_counter_that_goes_back_is_refused(
    visitor: Visitor, authenticator: VirtualAuthenticator, person: Person
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    leaves(visitor)
    visitor.opens("/sign-in")
    visitor.sees("Mon compte")
    leaves(visitor)
    authenticator.set_back(0)
    visitor.opens("/sign-in")
    visitor.is_told("Cette clé d’accès n’a pas été acceptée", "Une copie semble en avoir servi")
    visitor.sees("Utilisez votre clé d’accès")
    visitor.follows("Un autre moyen")


def test_an_answer_sent_again_is_refused(
    visitor: Visitor, authenticator: VirtualAuthenticator, person: Person
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    leaves(visitor)
    sent: list[str] = []
    visitor.page.on(
        "request",
        lambda request: (
            sent.append(request.post_data or "") if request.url.endswith("/passkey") else None
        ),
    )
    visitor.opens("/sign-in")
    visitor.sees("Mon compte")
    [answer] = [part for part in sent[0].split("&") if part.startswith("answer=")]
    leaves(visitor)
    authenticator.is_present(False)
    visitor.opens("/sign-in")
    visitor.sees("Se connecter")
    replay = "answer => { const form = document.querySelector('[data-passkey]');"
    replay += " form.elements.answer.value = answer; form.submit(); }"
    visitor.page.evaluate(replay, unquote_plus(answer.partition("=")[2]))
    visitor.is_told("Cette clé d’accès n’a pas été acceptée", "trop longtemps")


def test_another_site_gets_nothing_from_the_browser(
    visitor: Visitor,
    authenticator: VirtualAuthenticator,
    person: Person,
    demonstration: Demonstration,
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    visitor.opens(demonstration.portal)
    ask = """rpId => navigator.credentials
        .get({publicKey: {challenge: new Uint8Array(32), rpId}})
        .then(() => "signed", error => error.name)"""
    assert visitor.page.evaluate(ask, "localhost") == "SecurityError"


def test_the_same_device_is_not_added_twice(
    visitor: Visitor, authenticator: VirtualAuthenticator, person: Person
) -> None:
    is_at_home(visitor, person)
    adds_passkey(visitor)
    visitor.follows("Ajouter une clé d’accès")
    visitor.presses("Ajouter une clé d’accès")
    visitor.reads("Cet appareil a déjà une clé d’accès")


def test_who_changes_a_factor_confirms_first_by_the_way_of_their_choice(
    visitor: Visitor, person: Person, demonstration: Demonstration
) -> None:
    is_at_home(visitor, person)
    visitor.follows("Voir mes moyens de connexion")
    visitor.follows("Ajouter une application")
    visitor.sees("Ajouter une application d’authentification")
    visitor.presses("Commencer")
    visitor.sees("Montrez ce dessin à votre application")
    secret = visitor.page.locator("#key").inner_text().replace(" ", "")
    visitor.field("Code à 6 chiffres").fill(shown(secret))
    visitor.presses("Valider")
    visitor.reads("Votre application d’authentification est enregistrée")
    visitor.follows("En créer")
    visitor.sees("Codes de secours")
    visitor.presses("Créer 10 codes de secours")
    visitor.sees("Vos codes de secours")
    expect(visitor.page.locator("#codes li")).to_have_count(10)
    recovery = visitor.page.locator("#codes li").first.inner_text()
    visitor.follows("C’est fait")
    demonstration.let_time_pass(TEN_MINUTES, person)
    visitor.follows("Retirer l’application")
    visitor.sees("Confirmez que c’est bien vous")
    visitor.follows("Mon application d’authentification")
    visitor.sees("Saisissez le code de votre application")
    visitor.field("Code à 6 chiffres").fill("12")
    visitor.presses("Valider")
    visitor.is_told("Saisissez les six chiffres du code")
    visitor.follows("Un autre moyen")
    visitor.follows("Utiliser un code de secours")
    visitor.sees("Saisissez un code de secours")
    visitor.field("Code de secours").fill(recovery)
    visitor.presses("Valider")
    visitor.sees("Retirer votre application")
    visitor.presses("Retirer l’application")
    visitor.sees("Mes moyens de connexion")


def test_without_scripts_or_passkeys_the_other_ways_remain(
    visit: Visit, demonstration: Demonstration, person: Person
) -> None:
    usual = visit()
    VirtualAuthenticator(usual)
    is_at_home(usual, person)
    adds_passkey(usual)
    demonstration.let_time_pass(30, person)
    plain = visit(java_script_enabled=False)
    plain.opens("/sign-in")
    expect(plain.page.get_by_role("button", name="clé d’accès")).to_have_count(0)
    plain.gives_password(person)
    plain.sees("Confirmez que c’est bien vous")
    expect(plain.page.get_by_role("button", name="clé d’accès")).to_have_count(0)
    plain.presses("Un code par courriel")
    plain.gives_code(person.mail)
    plain.sees("Mon compte")


def test_the_ways_to_sign_in_in_english(
    visit: Visit, demonstration: Demonstration, person: Person
) -> None:
    visitor = visit(locale="en-GB")
    VirtualAuthenticator(visitor, present=False)
    visitor.opens("/sign-in")
    visitor.field("Login identifier").fill(person.identifier)
    visitor.field("Password").fill(person.password)
    visitor.presses("Continue")
    visitor.sees("Enter the code")
    visitor.page.locator("#code").fill(demonstration.inbox.code(str(person.mail)))
    visitor.page.locator("#continue").click()
    visitor.opens("/account/factors")
    visitor.sees("How I sign in")
    for path, heading in (
        ("/account/passkeys/new", "Add a passkey"),
        ("/account/totp/new", "Add an authenticator application"),
        ("/account/recovery-codes", "Recovery codes"),
    ):
        visitor.opens(path)
        visitor.sees(heading)

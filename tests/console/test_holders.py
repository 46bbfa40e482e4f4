"""Holders in the console: found, enrolled, written to, corrected, blocked, by who may."""

import base64
import io
import re

import pytest
from flask import Flask
from pypdf import PdfReader

from idp.db import Database
from idp.models import Account, AccountState, AuditEvent, Holder
from tests.browser.letter import NARROW, PASSWORD
from tests.browser_client import Browser, Page
from tests.console.conftest import SignIn
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import CHOSEN, account_of, choose_password, sign_in

FORM = 1  # on every page of the console the first form signs out
PHILIPPE = {
    "birth_name": "Bernard",
    "first_names": "Philippe, Jean",
    "birth_date": "17/02/1961",
    "sex": "M",
    "birth_place": "18033",
    "birth_place_name": "Bourges",
    "nir": "1 61 02 75 754 289",
    "address": "12 rue des Tilleuls\n18000 BOURGES",
    "organisation": "Cpam du Cher",
    "mail": "philippe@exemple.fr",
}


@pytest.fixture
def agent(console: SignIn) -> Browser:
    return console("enrolment_agent")


@pytest.fixture
def desk(console: SignIn) -> Browser:
    return console("help_desk")


def enrol(browser: Browser, **values: str) -> Page:
    browser.get("/admin/holders/new")
    return browser.submit(FORM, **PHILIPPE | values)


def act(browser: Browser, person: Person, name: str, **values: str) -> Page:
    """Over the page that asks."""
    browser.get(f"/admin/holders/{person.identifier}/{name}")
    return browser.submit(FORM, **values)


def search(browser: Browser, **values: str) -> Page:
    browser.get("/admin/holders")
    return browser.submit(FORM, **values)


def letter_in(page: Page) -> str:
    """The text of the PDF that the page hands over."""
    found = re.search(r'href="data:application/pdf;base64,([^"]+)"', page.text)
    assert found, page.text
    pdf = PdfReader(io.BytesIO(base64.b64decode(found[1])))
    return pdf.pages[0].extract_text().translate(NARROW)


def person_of(page: Page) -> Person:
    identifier = re.search(r"/admin/holders/(\d{12})", page.text)
    password = PASSWORD.search(letter_in(page))
    assert identifier
    assert password
    return Person(0, identifier[1], password[1], PHILIPPE["mail"], None)


def test_who_is_enrolled_by_the_form_activates_with_the_letter(
    app: Flask, agent: Browser, factory: Factory
) -> None:
    person = person_of(enrol(agent))
    holder = Browser(app)
    holder.get("/activation")
    holder.give_password(person)
    choose_password(holder)
    assert "Votre compte est activé" in holder.give_code(factory).text
    person.password = CHOSEN
    holder.get("/account/identity")
    assert "BERNARD" in holder.page.text.upper()


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"birth_name": ""}, "birth_name", "Il en faut un."),
        ({"birth_date": "31 janvier"}, "birth_date", "Écrivez-la JJ/MM/AAAA."),
        ({"birth_date": "17/02/1962"}, "nir", "cette année de naissance"),
        ({"sex": ""}, "sex", "Choisissez-le."),
        ({"sex": "F"}, "nir", "Il n’est pas de ce sexe."),
        ({"nir": "161027575428999"}, "nir", "faute de frappe"),
        ({"birth_place": "Bourges"}, "birth_place", "Cinq caractères"),
        ({"address": ""}, "address", "Il en faut un."),
        ({"address": "x" * 39}, "address", "38 caractères par ligne"),
        ({"mail": ""}, "mail", "un code doit arriver quelque part"),
        ({"mobile": "01 23 45 67 89"}, "mobile", "C’est un fixe"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nobody_is_enrolled(
    agent: Browser, database: Database, values: dict[str, str], field: str, said: str
) -> None:
    page = enrol(agent, **values)
    assert page.status == 400
    beside = re.search(rf'id="{field}-messages">(.*?)</div>', page.text, re.DOTALL)
    assert beside
    assert said in beside[1]
    assert "Philippe, Jean" in page.text  # what was typed stays
    assert "Aucun titulaire n’est encore enrôlé" in agent.get("/admin/holders").text


def test_a_person_is_not_enrolled_twice_and_a_form_sent_again_says_so(agent: Browser) -> None:
    enrol(agent)
    page = enrol(agent)
    assert page.status == 400
    assert "est déjà enrôlée" in page.text


def test_the_one_who_is_found_is_shown_at_once(
    desk: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person()
    holder = account_of(database, person).holder_id
    with database.reading() as session:
        found = session.get_one(Holder, holder)
        nir, ins_c = found.nir, found.ins_c or ""
    for asked in (
        {"number": person.identifier},
        {"number": nir},
        {"number": ins_c},
        {"name": "Martin", "birth_date": "31/01/1977"},
        {"name": "marie-christine", "birth_date": "1977-01-31"},
    ):
        assert search(desk, **asked).path == f"/admin/holders/{person.identifier}"


def test_several_are_listed_and_nobody_is_said_with_what_to_do(
    desk: Browser, factory: Factory
) -> None:
    first, second = factory.person(), factory.person()
    page = search(desk, name="Martin", birth_date="31/01/1977")
    assert all(each.identifier in page.text for each in (first, second))
    page = search(desk, name="Bernard", birth_date="31/01/1977")
    assert "Personne ne correspond." in page.text
    assert "les accents et les traits d’union ne comptent pas" in page.text
    page = search(desk, number="12")
    assert page.status == 400
    assert "12 chiffres pour un identifiant" in page.text


def test_what_is_searched_is_in_no_address(desk: Browser, factory: Factory) -> None:
    factory.person()
    factory.person()
    page = search(desk, name="Martin", birth_date="31/01/1977")
    assert page.address == "/admin/holders/search"
    assert desk.get("/admin/holders/search").path == "/admin/holders"


def test_an_agent_finds_and_lists_only_the_own_organisations(
    console: SignIn, factory: Factory
) -> None:
    mine = factory.person(organisation="Cpam de la Nièvre")
    foreign = factory.person()
    agent = console("enrolment_agent", organisation="Cpam de la Nièvre")
    page = agent.get("/admin/holders")
    assert mine.identifier in page.text
    assert foreign.identifier not in page.text
    page = search(agent, number=foreign.identifier)
    assert "Personne ne correspond dans votre organisme." in page.text


def test_the_list_is_cut_by_key_and_by_state(
    console: SignIn, factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [factory.person() for _ in range(26)]
    owner = console("owner")
    page = owner.get("/admin/holders")
    assert people[0].identifier not in page.text
    older = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert older
    page = owner.get(older[1].replace("&amp;", "&"))
    assert people[0].identifier in page.text
    assert 'rel="prev"' in page.text
    assert "Aucun titulaire n’est dans cet état" in owner.get("/admin/holders?state=blocked").text
    assert owner.get("/admin/holders?before=x&after=9" + "9" * 30).status == 200


def test_health_identifiers_are_shown_to_who_may_on_a_page_of_their_own(
    console: SignIn, factory: Factory, database: Database
) -> None:
    person = factory.person()
    address = f"/admin/holders/{person.identifier}"
    for role in ("help_desk", "auditor", "enrolment_agent"):
        browser = console(role)
        page = browser.get(address)
        assert "277016682842" not in page.text
        assert (f"{address}/identifiers" in page.text) == (role == "enrolment_agent")
    assert "277016682842" in browser.get(f"{address}/identifiers").text
    with database.reading() as session:
        event = session.query(AuditEvent).filter_by(act="holder.identifiers_consulted").one()
    assert event.account_id == person.account_id


def test_channels_are_masked_and_the_history_says_who(
    console: SignIn, desk: Browser, factory: Factory
) -> None:
    person = factory.person()
    act(desk, person, "block", motive="suspected-fraud")
    page = console("auditor").get(f"/admin/holders/{person.identifier}")
    assert "m•••@e•••.fr" in page.text
    assert "m.martin@exemple.fr" not in page.text
    assert "<strong>Bloqué</strong>" in page.text
    assert "Camille Durand" in page.text
    assert "usage suspect" in page.text


def test_a_new_letter_replaces_the_password_once(
    app: Flask, desk: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person()
    desk.get(f"/admin/holders/{person.identifier}/letter")
    _, sent = desk.forms()[FORM]
    page = desk.submit(FORM, motive="lost-password")
    assert "Le nouveau courrier est prêt" in page.text
    password = PASSWORD.search(letter_in(page))
    assert password
    again = desk.post(f"/admin/holders/{person.identifier}/letter", data=sent)
    assert "aucun autre n’a été fait" in again.text
    holder = Browser(app)
    holder.get("/activation")
    person.password = password[1]
    assert holder.give_password(person).path.endswith("/new-password")


def test_a_new_letter_opens_a_blocked_account_for_who_may_unblock(
    console: SignIn, desk: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person()
    act(desk, person, "block", motive="letter-astray")
    page = desk.get(f"/admin/holders/{person.identifier}/unblock")
    assert "avec un nouveau courrier seulement" in page.text
    agent = console("enrolment_agent")
    assert act(agent, person, "letter", motive="letter-lost").status == 403
    assert "n’est plus bloqué" in desk.get(f"/admin/holders/{person.identifier}/letter").text
    desk.submit(FORM, motive="letter-lost")
    assert account_of(database, person).state == AccountState.AWAITING_ACTIVATION


def test_a_blocked_holder_is_out_and_an_unblocked_one_in_again(
    app: Flask, desk: Browser, factory: Factory, clock: HeldClock
) -> None:
    person, holder = factory.person(), Browser(app)
    sign_in(holder, factory, person)
    assert "Le compte est bloqué" in act(desk, person, "block", motive="holder-request").text
    assert holder.get("/account").path.endswith("/password")
    page = act(desk, person, "unblock", motive="identity-proved")
    assert "de nouveau ouvert" in page.text
    clock.advance(60)
    assert sign_in(holder, factory, person).path == "/account"


def test_a_changed_channel_gets_the_next_code_and_is_confirmed_by_it(
    app: Flask, desk: Browser, factory: Factory, database: Database, clock: HeldClock
) -> None:
    person, holder = factory.person(), Browser(app)
    sign_in(holder, factory, person)
    page = act(
        desk, person, "channel", act="change", kind="mail", value="neuf@exemple.fr",
        proof="call-back", motive="lost",
    )  # fmt: skip
    assert "Les codes arrivent maintenant à n•••@e•••.fr" in page.text
    assert "Pas encore confirmé" in page.text
    assert holder.get("/account").path.endswith("/password")
    clock.advance(60)
    sign_in(holder, factory, person)
    assert factory.messages()[-1]["recipient"] == "neuf@exemple.fr"
    assert account_of(database, person).channels[0].verified_at is not None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"proof": ""}, "Sans elle, rien ne change."),
        ({"motive": ""}, "Choisissez-le."),
        ({"value": ""}, "Il en faut un."),
        ({"value": "m.martin@exemple.fr"}, "déjà ce qui est inscrit"),
        ({"act": "remove"}, "il ne se retire pas"),
    ],
)
def test_a_channel_changes_with_proof_motive_and_a_new_value_only(
    desk: Browser, factory: Factory, database: Database, values: dict[str, str], said: str
) -> None:
    person = factory.person()
    usual = {"act": "change", "kind": "mail", "value": "neuf@exemple.fr", "proof": "call-back"}
    page = act(desk, person, "channel", **usual | {"motive": "lost"} | values)
    assert page.status == 400
    assert said in page.text
    assert account_of(database, person).channels[0].value == "m.martin@exemple.fr"


def test_traits_are_corrected_and_what_is_wrong_or_the_same_is_said(
    agent: Browser, factory: Factory
) -> None:
    person = factory.person()
    page = act(agent, person, "correct", first_names="Maria, Christine", motive="entry-error")
    assert "C’est corrigé" in page.text
    assert "L’INS-C a été recalculé" in page.text
    assert "Maria, Christine" in page.text
    assert "Anciens INS-C" in agent.get(f"/admin/holders/{person.identifier}/identifiers").text
    assert "Rien n’a changé" in act(agent, person, "correct", motive="entry-error").text
    page = act(agent, person, "correct", birth_name="R2D2", motive="entry-error")
    assert page.status == 400
    assert "Un caractère n’est d’aucun nom" in page.text
    assert act(agent, person, "correct").status == 400


def test_an_account_to_be_closed_says_until_when_and_can_be_kept(
    console: SignIn, agent: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person()
    page = act(agent, person, "close", motive="deceased")
    assert "La fermeture est demandée" in page.text
    assert "Motif\u00a0: décès." in page.text
    assert "/close" not in page.text
    assert "/letter" not in page.text
    again = act(agent, person, "close", motive="deceased")
    assert "L’état du compte ne le permet pas" in again.text
    desk = console("help_desk")
    assert "S’il avait été bloqué" not in desk.get(f"/admin/holders/{person.identifier}").text
    page = act(desk, person, "keep", motive="closed-in-error")
    assert "Le compte reste" in page.text
    assert "Fermeture annulée" in page.text
    assert account_of(database, person).state == AccountState.ACTIVE
    assert "rien à défaire" in desk.get(f"/admin/holders/{person.identifier}/keep").text


def test_an_account_that_is_closed_offers_nothing(
    agent: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person()
    with database.writing() as session:
        session.get_one(Account, person.account_id).state = AccountState.CLOSED
    page = agent.get(f"/admin/holders/{person.identifier}")
    assert "Corriger ses traits" not in page.text
    assert "Ce compte est fermé" in agent.get(f"/admin/holders/{person.identifier}/letter").text
    assert "rien ne s’y corrige" in agent.get(f"/admin/holders/{person.identifier}/correct").text


def test_how_somebody_signs_in_is_for_who_answers_and_not_for_who_enrols(
    app: Flask, agent: Browser, desk: Browser, factory: Factory
) -> None:
    person = factory.person()
    sign_in(Browser(app), factory, person)
    act(desk, person, "block", motive="holder-request")
    address = f"/admin/holders/{person.identifier}"
    assert "Session ouverte" in desk.get(address).text
    page = agent.get(address)
    assert "Session ouverte" not in page.text
    assert "Motif\u00a0: le titulaire le demande" in page.text


@pytest.mark.parametrize("motive", ["x", ""])
def test_a_motive_is_chosen_and_of_the_list(
    console: SignIn, factory: Factory, database: Database, motive: str
) -> None:
    owner, person, blocked = console("owner"), factory.person(), factory.person()
    act(owner, blocked, "block", motive="holder-request")
    waits = factory.person()
    act(owner, waits, "close", motive="holder-request")
    for whom, name in ((person, "block"), (blocked, "unblock"), (person, "close"), (waits, "keep")):
        page = owner.get(f"/admin/holders/{whom.identifier}/{name}")
        assert " checked" not in page.text
        page = owner.submit(FORM, motive=motive)
        assert page.status == 400, name
        assert 'id="motive-messages"' in page.text, name
    assert account_of(database, person).state == AccountState.ACTIVE


def test_an_operator_is_no_holder(desk: Browser, factory: Factory) -> None:
    colleague = factory.operator("auditor")
    assert desk.get(f"/admin/holders/{colleague.identifier}").status == 404
    assert desk.get("/admin/holders/123").status == 404
    assert "Personne ne correspond" in search(desk, number=colleague.identifier).text


@pytest.mark.parametrize("typed", ["\0", "\ud800", "Cpam de nulle part", ""])
def test_an_organisation_that_is_none_is_refused_in_words(console: SignIn, typed: str) -> None:
    sent = typed.encode("utf-8", "surrogatepass").decode("latin-1")
    page = enrol(console("owner"), organisation=sent, birth_name=sent)
    assert page.status == 400
    for fields in ({"number": sent}, {"name": sent, "birth_date": sent}):
        assert search(console("owner"), **fields).status == 400


def test_a_look_at_the_list_stands_in_the_trail(
    agent: Browser, factory: Factory, database: Database
) -> None:
    factory.person()
    agent.get("/admin/holders")
    with database.reading() as session:
        event = session.query(AuditEvent).filter_by(act="holder.listed").one()
    assert event.actor_id is not None
    assert event.detail["found"] == 1

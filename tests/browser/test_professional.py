"""A professional opens a record without the Vitale card, and its holder sees it."""

import pytest
from sqlalchemy import select

from idp.models import Account, HolderInsC
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor
from tests.factories import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def ins_c_of(demonstration: Demonstration, person: Person) -> str:
    with demonstration.database.reading() as session:
        holder = session.get_one(Account, person.account_id).holder_id
        query = select(HolderInsC).where(HolderInsC.holder_id == holder)
        return session.scalars(query).one().value


def test_a_professional_opens_a_record_and_its_holder_reads_who_and_why(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.opens(demonstration.professional)
    visitor.sees("Ouvrir un dossier")
    visitor.page.locator("#ins_c").fill(ins_c_of(demonstration, person))
    visitor.page.locator("#birth_date").fill("30/01/1977")
    visitor.page.get_by_text("En urgence").click()
    visitor.presses("Ouvrir le dossier")
    visitor.reads("Aucun dossier n’a cet INS-C et cette date de naissance")
    visitor.sees("Ouvrir un dossier")

    visitor.page.locator("#birth_date").fill("31/01/1977")
    visitor.presses("Ouvrir le dossier")
    visitor.sees("Dossier du patient")
    visitor.reads("Ouvert en urgence", "Résultats d’analyses de sang")

    visitor.opens("/account")
    visitor.gives_password(person)
    visitor.gives_code(person.mail)
    visitor.reads("Dossier retrouvé par Logiciel du cabinet des Tilleuls", "En urgence")

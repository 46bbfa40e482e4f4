"""A person before a screen: what they open, see, click and type."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.inspection import Inspector
from tests.browser.letter import Letter
from tests.factories import Person

CHOSEN = "six pommes vertes sur un vélo bleu"  # instead of the letter's
PASSWORD_PAGE, CODE_PAGE, CONSENT_PAGE = "Se connecter", "Saisissez le code", "Ce que l’application"


class Visitor:
    """One tab. Every page that is seen is inspected too, if there is an inspector."""

    def __init__(
        self, context: BrowserContext, demonstration: Demonstration, inspector: Inspector | None
    ) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.demonstration = demonstration
        self._inspector = inspector

    def another_tab(self) -> "Visitor":
        return Visitor(self.context, self.demonstration, self._inspector)

    def opens(self, address: str) -> None:
        """An address, or a path at the provider."""
        own = address.startswith("/")
        self.page.goto(self.demonstration.provider + address if own else address)

    def sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        if self._inspector:
            self._inspector.look(self.page)

    def reads(self, *texts: str | re.Pattern[str]) -> None:
        for text in texts:
            expect(self.main).to_contain_text(text)

    def does_not_read(self, *texts: str) -> None:
        for text in texts:
            expect(self.main).not_to_contain_text(text)

    def is_told(self, *texts: str) -> None:
        """In the summary of errors, which has the focus."""
        expect(self.page.locator("#errors")).to_be_focused()
        for text in texts:
            expect(self.page.locator("#errors")).to_contain_text(text)

    def finds(self, term: str, value: str) -> None:
        """In a list of terms and values."""
        row = self.page.locator("dl > div").filter(
            has=self.page.locator("dt", has_text=re.compile(rf"^{re.escape(term)}$"))
        )
        expect(row.locator("dd")).to_contain_text(value)

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).click()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def rests(self) -> None:
        """Until the page's scripts have asked for what they want."""
        self.page.wait_for_load_state("networkidle")

    def at(self, address: str | re.Pattern[str]) -> None:
        expect(self.page).to_have_url(address)

    # The journey, as most tests walk it.

    def goes_to(self, application: str) -> None:
        """Its home page, then "sign in"."""
        self.opens(application)
        self.follows("Se connecter")

    def gives_password(self, person: Person, **typed: Any) -> None:
        self.sees(PASSWORD_PAGE)
        self.field("Identifiant de connexion").fill(typed.get("identifier", person.identifier))
        self.field("Mot de passe").fill(typed.get("password", person.password))
        self.presses("Continuer")

    def gives_code(self, to: str | None) -> None:
        """The code that arrives at this address or number."""
        assert to is not None
        self.sees(CODE_PAGE)
        self.field("Code à 6 chiffres").fill(self.demonstration.inbox.code(to))
        self.presses("Valider")

    def agrees(self) -> None:
        self.sees(CONSENT_PAGE)
        self.presses("Accepter et continuer")

    def signs_in(self, application: str, person: Person) -> None:
        """From an application and back, everything that is asked for the first time."""
        self.goes_to(application)
        self.gives_password(person)
        if application != self.demonstration.appointments:
            self.gives_code(person.mail)
        self.agrees()
        self.at(f"{application}/")

    # Of those for whom it is over, and the test about what comes next.

    def is_signed_in(self, person: Person) -> None:
        """By password and code, a moment ago."""
        name, value = self.demonstration.session(person)
        cookie = {"name": name, "value": value, "url": self.demonstration.provider}
        self.context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])

    def is_signed_in_at(self, application: str, person: Person) -> None:
        """Which asks for the consent alone."""
        self.is_signed_in(person)
        self.goes_to(application)
        self.agrees()
        self.at(f"{application}/")

    # And the one that begins with the letter.

    def types_letter(self, letter: Letter) -> None:
        self.sees("Activer votre compte")
        self.field("Identifiant de connexion").fill(letter.identifier)
        self.field("Mot de passe initial").fill(letter.password)
        self.presses("Continuer")

    def chooses(self, password: str, again: str | None = None) -> None:
        self.sees("Choisir votre mot de passe")
        self.field("Nouveau mot de passe").fill(password)
        self.field("Le même, une seconde fois").fill(again or password)
        self.presses("Continuer")

    def confirms(self, to: str) -> None:
        """That codes arrive at this address or number."""
        self.sees("Confirmer votre")
        self.field("Code à 6 chiffres").fill(self.demonstration.inbox.code(to))
        self.presses("Valider")
        self.sees("Votre compte est activé")

"""How the application is answered: by an address, or by a form that the browser posts to it.

The application's site is made up: whatever the browser asks of it is answered here, and kept."""

from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import BrowserContext, Route

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import CHOSEN, Visitor
from tests.browser_client import authorization_query
from tests.factories import App

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SITE = "https://app.example"
PAGE = "<!doctype html><title>app</title><h1>L’application</h1>{}"


class Application:
    """A relying application that remembers how it was answered."""

    def __init__(self, context: BrowserContext, provider: str, app: App) -> None:
        self.app = app
        self.provider = provider
        self.query = ""
        self.answers: list[tuple[str, dict[str, str], str | None]] = []
        context.route(f"{SITE}/**", self._serve)

    def asks(self, visitor: Visitor, **parameters: str) -> None:
        """By an address, from a page of its own."""
        self.query = authorization_query(self.app, **parameters)
        visitor.opens(f"{SITE}/start")
        visitor.page.get_by_role("link").click()

    def posts(self, visitor: Visitor, **parameters: str) -> None:
        """By a form of another site: no cookie of ours comes along."""
        self.query = authorization_query(self.app, **parameters)
        visitor.opens(f"{SITE}/start")
        visitor.page.get_by_role("button").click()

    def _serve(self, route: Route) -> None:
        request = route.request
        if request.url == f"{SITE}/callback":
            values = dict(parse_qsl(request.post_data or ""))
            self.answers.append((request.method, values, request.headers.get("origin")))
        route.fulfill(content_type="text/html; charset=utf-8", body=PAGE.format(self._ways()))

    def _ways(self) -> str:
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{value}">'
            for name, value in parse_qsl(self.query)
        )
        address = f"{self.provider}/authorize"
        return (
            f'<a href="{address}?{self.query}">Demander</a>'
            f'<form method="post" action="{address}">{fields}<button>Envoyer</button></form>'
        )


@pytest.fixture
def app(demonstration: Demonstration) -> App:
    return demonstration.factory.client(client_name="Application de test", scope="openid email")


def signs_in(visitor: Visitor, demonstration: Demonstration) -> None:
    person = demonstration.person()
    visitor.gives_password(person)
    visitor.gives_code(person.mail)
    visitor.agrees()


def told(application: Application, visitor: Visitor) -> dict[str, str]:
    """The answer that arrives."""
    visitor.at(f"{SITE}/callback")
    ((_, values, _),) = application.answers
    application.answers.clear()
    return values


@pytest.fixture
def asked(
    visit: Visit, demonstration: Demonstration, app: App, request: pytest.FixtureRequest
) -> tuple[Visitor, Application]:
    visitor = visit(java_script_enabled=getattr(request, "param", True))
    return visitor, Application(visitor.context, demonstration.provider, app)


Asked = tuple[Visitor, Application]


def test_with_scripts_a_form_answers_by_itself(asked: Asked, demonstration: Demonstration) -> None:
    visitor, application = asked
    application.asks(visitor, response_mode="form_post", state="é & co")
    signs_in(visitor, demonstration)
    visitor.at(f"{SITE}/callback")
    ((method, values, origin),) = application.answers
    assert (method, origin) == ("POST", demonstration.provider)
    assert values.keys() == {"code", "state", "iss"}
    assert values["state"] == "é & co"
    application.answers.clear()
    # In a live session too, where no page of ours was in between.
    application.asks(visitor, response_mode="form_post")
    assert "code" in told(application, visitor)
    application.asks(visitor, response_mode="form_post", prompt="none", scope="openid email")
    assert told(application, visitor)["error"] == "consent_required"


@pytest.mark.parametrize("asked", [False], indirect=True)
def test_without_scripts_a_button_answers(asked: Asked, demonstration: Demonstration) -> None:
    visitor, application = asked
    application.asks(visitor, response_mode="form_post")
    signs_in(visitor, demonstration)
    visitor.sees("Retour à l’application")
    visitor.presses("Continuer vers app.example")
    assert told(application, visitor)["state"] == "the-state"


def test_where_the_script_does_not_come_the_page_can_be_used(
    asked: Asked, demonstration: Demonstration
) -> None:
    visitor, application = asked
    visitor.context.route(
        "**/static/form_post.js**",
        lambda route: route.fulfill(content_type="text/javascript", body=""),
    )
    application.asks(visitor, response_mode="form_post", prompt="none")
    visitor.sees("Retour à l’application")
    visitor.page.get_by_role("button", name="Continuer vers app.example").focus()
    visitor.page.keyboard.press("Enter")
    assert told(application, visitor)["error"] == "login_required"


def test_a_refusal_is_posted_too(asked: Asked, demonstration: Demonstration) -> None:
    visitor, application = asked
    application.asks(visitor, response_mode="form_post")
    person = demonstration.person()
    visitor.gives_password(person)
    visitor.gives_code(person.mail)
    visitor.presses("Refuser")
    assert told(application, visitor)["error"] == "access_denied"


def test_a_request_posted_by_another_site_finds_the_session(
    asked: Asked, demonstration: Demonstration
) -> None:
    visitor, application = asked
    application.posts(visitor, response_mode="form_post")
    signs_in(visitor, demonstration)
    assert "code" in told(application, visitor)
    application.posts(visitor, response_mode="form_post", prompt="none")
    assert "code" in told(application, visitor)
    # What is redirected is asked of the network, where there is no such site.
    with visitor.page.expect_request(f"{SITE}/callback?**") as answer:
        application.posts(visitor, prompt="none")
    assert "code=" in answer.value.url


def test_an_account_is_created_on_the_way(asked: Asked, demonstration: Demonstration) -> None:
    visitor, application = asked
    letter = demonstration.enrol(mail="cree@exemple.fr")
    application.asks(visitor, prompt="create", response_mode="form_post")
    visitor.sees("Activer votre compte")
    visitor.reads("Application de test")
    visitor.follows("Connectez-vous")
    visitor.sees("Se connecter")
    visitor.follows("Activez votre compte")
    visitor.types_letter(letter)
    visitor.chooses(CHOSEN)
    visitor.confirms("cree@exemple.fr")
    visitor.follows("Continuer vers Application de test")
    visitor.agrees()
    assert "code" in told(application, visitor)

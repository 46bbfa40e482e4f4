"""Chromium before the whole demonstration. Each test has a browser without a past, and people of
its own; whatever a page complains of in the browser's console fails the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Response

from tests.browser.album import Album
from tests.browser.chromium import PATIENCE, USUAL, Chromium
from tests.browser.demonstration import Demonstration, running
from tests.browser.inspection import Inspector
from tests.browser.visitor import Visitor

# The State's own, which is not served: asked for when a page is laid out before its last style
# sheet has come, and never used.
STATE_FONT = "/fonts/Marianne-"
# A violation that the console does not tell of is told there.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`))"""

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with running(tmp_path_factory.mktemp("demonstration")) as started:
        yield started


@pytest.fixture(scope="session")
def inspector(
    demonstration: Demonstration,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Inspector:
    """`make screenshots` says where to; otherwise no picture is taken."""
    here = tmp_path_factory.getbasetemp()
    # One of several test processes has a folder within that of all.
    of_all = here.parent if hasattr(pytestconfig, "workerinput") else here
    folder = os.environ.get("SCREENSHOTS")
    album = Album(Path(folder), demonstration.provider) if folder else None
    return Inspector(of_all / "inspected", album)


CHROMIUM = Chromium()


@pytest.fixture
def chromium() -> Browser:
    return CHROMIUM.browser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """It is not there any more for tests of another kind."""
    yield
    if nextitem is None or nextitem.path.parent != item.path.parent:
        CHROMIUM.end()


@pytest.fixture
def visit(chromium: Browser, demonstration: Demonstration, inspector: Inspector) -> Iterator[Visit]:
    """Another browser without a past; options are Playwright's for a context."""
    contexts, complaints = [], []

    def begin(**options: Any) -> Visitor:
        context = chromium.new_context(**USUAL | options)
        context.set_default_timeout(PATIENCE)
        _listen(context, complaints)
        contexts.append(context)
        # axe-core is a script itself.
        scripts = options.get("java_script_enabled", True)
        return Visitor(context, demonstration, inspector if scripts else None)

    yield begin
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    return visit()


def _listen(context: BrowserContext, complaints: list[str]) -> None:
    def console(message: ConsoleMessage) -> None:
        # A page with status 400 is told as a failed load too: `response` knows the difference.
        if message.type == "error" and not message.text.startswith("Failed to load resource: the"):
            complaints.append(f"{message.location.get('url')}: {message.text}")

    def response(answer: Response) -> None:
        missing = answer.status >= 400 and not answer.request.is_navigation_request()
        if missing and STATE_FONT not in answer.url:
            complaints.append(f"{answer.url}: {answer.status}")

    context.add_init_script(TELL_VIOLATIONS)
    context.on("console", console)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("response", response)

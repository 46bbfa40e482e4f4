"""Chromium without a screen: begun for the first test that needs it, ended after the last of those
that follow each other. While it runs, nothing else in this process could have an event loop."""

import shutil
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

# The same engine. The shell has no windows, which are half of the work where nobody sees them.
EXECUTABLES = ("chromium-headless-shell", "chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # As Chromium with windows draws letters.
    "--font-render-hinting=none",
    # Or each way from an application to the provider and back would begin another process. That
    # keeps what was broken into apart: what one site may know of another is the same without.
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
    # No script runs for so long that compiling it well would pay.
    "--js-flags=--no-maglev --no-opt",
)
# Of whoever looks; the inspector counts on the colours, and waits for nothing that moves.
USUAL = {"locale": "fr-FR", "color_scheme": "light", "reduced_motion": "reduce"}
PATIENCE = 15_000  # milliseconds for a page, on a machine that does other things too


class Chromium:
    """One of this process at most."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self._browser: Browser | None = None

    @property
    def browser(self) -> Browser:
        if self._browser is None:
            self._browser = self._begin()
        return self._browser

    def end(self) -> None:
        self._browser = None
        self._running.close()

    def _begin(self) -> Browser:
        expect.set_options(timeout=PATIENCE)
        playwright = self._running.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=_executable(), args=ARGUMENTS)
        self._running.callback(browser.close)
        return browser


def _executable() -> str:
    found = next(filter(None, map(shutil.which, EXECUTABLES)), None)
    if found is None:
        pytest.fail("Chromium is not installed; without it: make test ARGS='-m \"not browser\"'")
    return found

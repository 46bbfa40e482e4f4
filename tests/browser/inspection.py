"""What every page is looked at for: axe-core in light and dark, a narrow screen, large text."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.album import Album

NARROW = {"width": 320, "height": 640}
AXE = Axe()
# Of each of its results, this is read.
RUN = "async options => ({ violations: (await axe.run(options)).violations })"
COLOURS = ["color-contrast", "link-in-text-block"]
HANDLE = re.compile(r"/[\w-]{22}(?=/|$)")
NUMBER = re.compile(r"\d+")
AS_WIDE_AS_USUAL = 1280
# How much wider than the screen the page is, and what reaches over the right edge, for whoever has
# to mend it. In one breath: larger text is never drawn.
OVERFLOWING = """size => {
  const page = document.documentElement
  page.style.fontSize = size
  const names = page.scrollWidth <= page.clientWidth ? [] : ['the page',
    ...[...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > page.clientWidth + 1)
      .map(e => e.tagName.toLowerCase() + '.' + e.className).slice(0, 10)]
  page.style.fontSize = ''
  return names
}"""
# What tells one kind of page from another, besides its address.
WORDS = """() => [document.querySelector('h1').innerText, document.title,
  document.documentElement.lang]"""
STILL = "() => Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))"


class Inspector:
    """Looks at each kind of page once, and has it in the `album` if there is one. What was looked
    at is in the folder `seen`, which test processes share."""

    def __init__(self, seen: Path, album: Album | None = None) -> None:
        self._seen = seen
        self._album = album
        seen.mkdir(exist_ok=True)

    def look(self, page: Page) -> None:
        if not self._is_first(_kind(page)):
            return
        if self._album:
            self._album.take(page)
        problems = _accessibility(page) + _large_text(page) + _narrow(page)
        assert not problems, "\n".join([f"{page.title()} ({page.url})", *problems])

    def _is_first(self, kind: tuple[str, ...]) -> bool:
        try:
            (self._seen / sha256(repr(kind).encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def _kind(page: Page) -> tuple[str, ...]:
    """The same page with another number in its words or its address is the same page."""
    heading, title, language = page.evaluate(WORDS)
    path = HANDLE.sub("", page.url.partition("?")[0])
    return NUMBER.sub("1", path), NUMBER.sub("1", heading), title, language


def _accessibility(page: Page) -> list[str]:
    page.evaluate(AXE.axe_script)
    found = {"light": _run_axe(page, {"resultTypes": ["violations"]})}
    # The same elements in other colours: what depends on colours is looked at again.
    page.emulate_media(color_scheme="dark")
    found["dark"] = _run_axe(page, {"runOnly": COLOURS})
    page.emulate_media(color_scheme="light")
    return [
        f"axe-core, {scheme}:\n{results.generate_report()}"
        for scheme, results in found.items()
        if results.violations_count
    ]


def _run_axe(page: Page, options: dict[str, Any]) -> AxeResults:
    page.evaluate(STILL)
    return AxeResults(page.evaluate(RUN, options))


def _large_text(page: Page) -> list[str]:
    assert page.viewport_size
    assert page.viewport_size["width"] == AS_WIDE_AS_USUAL
    return _overflow(page, "text at 200 %", size="200%")


def _narrow(page: Page) -> list[str]:
    usual = page.viewport_size
    page.set_viewport_size(NARROW)
    problems = _overflow(page, "320 px")
    if usual:
        page.set_viewport_size(usual)
    return problems


def _overflow(page: Page, when: str, size: str = "") -> list[str]:
    overflowing = page.evaluate(OVERFLOWING, size)
    return [f"{when}: one has to scroll sideways, for {overflowing}"] if overflowing else []

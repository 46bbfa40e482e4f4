"""What every page is looked at for: axe-core in light and dark, a narrow screen, large text."""

import re
from typing import Any, Literal

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.album import Album

NARROW = {"width": 320, "height": 640}
AXE = Axe()
COLOURS = ["color-contrast", "link-in-text-block"]
HANDLE = re.compile(r"/[\w-]{22}(?=/|$)")
NUMBER = re.compile(r"\d+")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LARGE_TEXT = "size => { document.documentElement.style.fontSize = size }"
# What reaches over the right edge, for whoever has to mend it.
OVERFLOWING = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName.toLowerCase() + '.' + e.className).slice(0, 10)"""
STILL = "() => Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))"


class Inspector:
    """Looks at each kind of page once, and has it in the `album` if there is one."""

    def __init__(self, album: Album | None = None) -> None:
        self._album = album
        self._seen: set[tuple[str, ...]] = set()

    def look(self, page: Page) -> None:
        kind = _kind(page)
        if kind in self._seen:
            return
        self._seen.add(kind)
        if self._album:
            self._album.take(page)
        usual = page.viewport_size
        problems = _accessibility(page) + _narrow(page) + _large_text(page)
        if usual:
            page.set_viewport_size(usual)
        assert not problems, "\n".join([f"{page.title()} ({page.url})", *problems])


def _kind(page: Page) -> tuple[str, ...]:
    """The same page with another number in its words or its address is the same page."""
    path = NUMBER.sub("1", HANDLE.sub("", page.url.partition("?")[0]))
    language = page.locator("html").get_attribute("lang") or ""
    return path, NUMBER.sub("1", page.locator("h1").inner_text()), page.title(), language


def _accessibility(page: Page) -> list[str]:
    page.evaluate(AXE.axe_script)
    found = {"light": _run_axe(page, "light", {"resultTypes": ["violations"]})}
    # The same elements in other colours: what depends on colours is looked at again.
    found["dark"] = _run_axe(page, "dark", {"runOnly": COLOURS})
    page.emulate_media(color_scheme="null", reduced_motion="null")
    return [
        f"axe-core, {scheme}:\n{results.generate_report()}"
        for scheme, results in found.items()
        if results.violations_count
    ]


def _run_axe(page: Page, scheme: Literal["dark", "light"], options: dict[str, Any]) -> AxeResults:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(STILL)
    return AxeResults(page.evaluate("options => axe.run(options)", options))


def _narrow(page: Page) -> list[str]:
    page.set_viewport_size(NARROW)
    return _overflow(page, "320 px")


def _large_text(page: Page) -> list[str]:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(LARGE_TEXT, "200%")
    problems = _overflow(page, "text at 200 %")
    page.evaluate(LARGE_TEXT, "")
    return problems


def _overflow(page: Page, when: str) -> list[str]:
    if page.evaluate(WIDER) <= 0:
        return []
    return [f"{when}: one has to scroll sideways, for {page.evaluate(OVERFLOWING)}"]

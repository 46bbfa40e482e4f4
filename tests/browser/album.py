"""A picture of each page that the browser's tests meet, in French, and the page of docs/ that shows
them all: `make screenshots`."""

import base64
import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "screenshots"
CONTENTS = "pages.json"
# Width, height, and by how much the picture is smaller.
DESKTOP, PHONE = (1200, 800, 0.7), (320, 640, 1)
QUALITY = 32  # of WebP: letters are sharp, and hundreds of pages are small
TALLEST = 3200

# Where a page belongs, by how its address begins; the first that fits.
AREAS = (
    (
        "/interaction",
        "Signing in",
        "Each step, from an application or to one’s account.",
    ),
    ("/account", "The holder’s space", "What a holder sees and does, signed in."),
    ("/admin", "The console", "For operators; each sees what the own roles allow."),
    ("/", "Beside the journey", "Notices’ links, recovery, goodbye, errors, what the law asks."),
)


class Album:
    """Takes each page once, by its address and heading; what an application shows is not ours."""

    def __init__(self, folder: Path, provider: str) -> None:
        self._folder = folder
        self._provider = provider
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / CONTENTS
        self._pages: dict[str, dict[str, str]] = {}

    def take(self, page: Page) -> None:
        language = page.locator("html").get_attribute("lang")
        if not page.url.startswith(self._provider) or language != "fr":
            return
        heading = page.locator("h1").inner_text().replace("\n", " ")
        path = urlsplit(page.url).path
        area = next(name for start, name, _why in AREAS if path.startswith(start))
        refused = page.title().startswith("Erreur")
        name = _slug(f"{area} {heading} {'refused' if refused else ''}")
        if name in self._pages:
            return
        usual = page.viewport_size
        _shoot(page, DESKTOP, self._folder / f"{name}.webp")
        if not (path.startswith("/admin") or refused):
            _shoot(page, PHONE, self._folder / f"{name}-320.webp")
        if usual:
            page.set_viewport_size(usual)
        said = f"{heading} (refused)" if refused else heading
        self._pages[name] = {"area": area, "heading": " ".join(said.split())}
        self._file.write_text(json.dumps(self._pages, ensure_ascii=False, indent=1), "utf-8")


def _shoot(page: Page, size: tuple[int, int, float], file: Path) -> None:
    """By Chromium's own encoder: the whole page, however long."""
    width, height, scale = size
    page.set_viewport_size({"width": width, "height": height})
    tall = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(max(tall, height), TALLEST)}
    # Not detached before its page closes: a virtual authenticator would go with it.
    devtools = page.context.new_cdp_session(page)
    taken = devtools.send(
        "Page.captureScreenshot",
        {
            "format": "webp",
            "quality": QUALITY,
            "captureBeyondViewport": True,
            "clip": clip | {"scale": scale},
        },
    )
    file.write_bytes(base64.b64decode(taken["data"]))


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", " "))
    words = re.sub(r"\d+", "n", "".join(char for char in plain if not unicodedata.combining(char)))
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:80].strip("-")


def write_page() -> None:
    """docs/pages.md, of what lies in the folder."""
    pages = json.loads((FOLDER / CONTENTS).read_text("utf-8"))
    lines = [
        "# The pages",
        "",
        "Every page of the provider as the browser’s tests meet it, in French, on a desktop’s",
        "screen and, but for the console, 320 pixels wide. The same tests look at each with",
        "axe-core in light and dark, for sideways scrolling at 320 pixels, and with text at",
        "200 %. None needs JavaScript, but where a passkey is asked for. `make screenshots`",
        "takes them anew, and writes this page.",
    ]
    for _start, area, why in AREAS:
        lines += ["", f"## {area}", why]
        for name, page in sorted(pages.items(), key=lambda item: item[1]["heading"]):
            if page["area"] == area:
                lines += ["", f"### {page['heading']}", *_pictures(name, page["heading"])]
    (DOCS / "pages.md").write_text("\n".join(lines) + "\n", "utf-8")
    (FOLDER / CONTENTS).unlink()


def _pictures(name: str, heading: str) -> list[str]:
    phone = FOLDER / f"{name}-320.webp"
    narrow = f' <img src="screenshots/{phone.name}" width="160" alt="{heading}, 320 px">'
    shown = f'<img src="screenshots/{name}.webp" width="560" alt="{heading}">'
    return [shown + (narrow if phone.exists() else "")]


if __name__ == "__main__":
    write_page()

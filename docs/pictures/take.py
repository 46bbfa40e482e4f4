"""Takes the documentation's pictures from a running demonstration: `python -m docs.pictures.take`.

Needs Chromium and pdftoppm (poppler-utils). The pictures replace those that lie beside this file.
"""

import shutil
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.demonstration import Demonstration, running
from tests.browser.visitor import CHOSEN, Visitor

HERE = Path(__file__).parent
DESKTOP = {"width": 1100, "height": 760}
TELEPHONE = {"width": 360, "height": 640}
HEAVIEST = 150_000  # bytes: a README is read on telephones too
LETTER_DPI = 100
MARIE_S_MOBILE = "+33639981242"


def main() -> None:
    with tempfile.TemporaryDirectory() as var, running(Path(var)) as demonstration:
        _photograph_letter(demonstration)
        with _chromium() as chromium:
            visitor = _visitor(chromium, demonstration)
            _activate(visitor)
            _connect(visitor)
    for picture in sorted(HERE.glob("*.png")):
        size = picture.stat().st_size
        assert size < HEAVIEST, f"{picture.name} has {size} bytes"
        print(f"{picture.name}: {size // 1000} kB")


@contextmanager
def _chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


def _visitor(chromium: Browser, demonstration: Demonstration) -> Visitor:
    context = chromium.new_context(locale="fr-FR", viewport=DESKTOP, reduced_motion="reduce")
    return Visitor(context, demonstration, None)


def _photograph_letter(demonstration: Demonstration) -> None:
    program = shutil.which("pdftoppm")
    assert program, "pdftoppm is not installed (poppler-utils)"
    options = ("-gray", "-singlefile", "-r", str(LETTER_DPI))
    made = subprocess.run(
        (program, *options, str(demonstration.first_letter.file)), check=True, capture_output=True
    )
    (HERE / "letter.png").write_bytes(_in_sixteen_greys(made.stdout))


def _in_sixteen_greys(pgm: bytes) -> bytes:
    """A PNG of four bits a pixel: black on white needs no more."""
    _magic, size, _white, pixels = pgm.split(b"\n", 3)
    width, height = map(int, size.split())
    rows = b"".join(
        b"\0" + _packed(pixels[start : start + width]) for start in range(0, width * height, width)
    )
    header = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def _packed(row: bytes) -> bytes:
    """Two pixels a byte; an odd last one is followed by white."""
    nibbles = [pixel >> 4 for pixel in row] + [15] * (len(row) % 2)
    return bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))


def _activate(visitor: Visitor) -> None:
    """As the holder of the letter does; the new password is photographed while it is typed."""
    letter = visitor.demonstration.first_letter
    visitor.opens(f"/activation#{letter.identifier.replace(' ', '')}")
    visitor.sees("Activer votre compte")
    _photograph(visitor, "activation")
    visitor.types_letter(letter)
    visitor.field("Nouveau mot de passe").press_sequentially("deux pommes")
    visitor.page.locator(".fr-message--valid").first.wait_for()
    _photograph(visitor, "new-password")
    visitor.chooses(CHOSEN)
    visitor.presses("Par SMS")
    visitor.confirms(MARIE_S_MOBILE)
    visitor.follows("Aller à mon compte")
    visitor.presses("Se déconnecter")


def _connect(visitor: Visitor) -> None:
    """From the portal and back, with a mistake that the account will tell of."""
    demonstration, letter = visitor.demonstration, visitor.demonstration.first_letter
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    _photograph(visitor, "sign-in")
    for password in ("six pommes rouges", CHOSEN):
        visitor.field("Identifiant de connexion").fill(letter.identifier)
        visitor.field("Mot de passe").fill(password)
        visitor.presses("Continuer")
    demonstration.let_time_pass(60, letter)
    visitor.presses("Par courriel")
    visitor.sees("Saisissez le code")
    code = demonstration.inbox.code("mc.martin@exemple.fr")
    visitor.page.keyboard.type(code[:4])
    _photograph(visitor, "code")
    visitor.page.keyboard.type(code[4:])
    visitor.presses("Valider")
    visitor.sees("Ce que l’application saura de vous")
    visitor.page.locator("label", has_text="Votre téléphone").click()
    _photograph(visitor, "consent")
    visitor.page.set_viewport_size(TELEPHONE)
    _photograph(visitor, "consent-360")
    visitor.page.set_viewport_size(DESKTOP)
    visitor.agrees()
    visitor.sees("Bonjour")
    _photograph(visitor, "portal")
    visitor.opens("/account")
    visitor.sees("Mon compte")
    _photograph(visitor, "account")


def _photograph(visitor: Visitor, name: str) -> None:
    visitor.page.screenshot(path=HERE / f"{name}.png", full_page=True, animations="disabled")


if __name__ == "__main__":
    main()

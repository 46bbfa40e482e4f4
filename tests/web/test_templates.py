"""What holds for every page, whatever it shows: words, typography, policy, files that exist."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2] / "idp"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
DSFR = Path(str(files("dsfr") / "static" / "dsfr"))

# An unbreakable space is missing before the sign, or an apostrophe is a typist's.
SLIP = re.compile(r" [;!?:»]|« |\w'\w|\.\.\.|\d h \d")


def sentences() -> dict[str, str]:
    """French sentence → where it stands; the singular of those that have a plural."""
    options = {"templates/**.html": {"silent": "false"}}
    found = extract_from_dir(ROOT, METHODS, options, KEYWORDS)
    return {
        message if isinstance(message, str) else message[0]: f"{where}:{line}"
        for where, line, message, _comments, _context in found
    }


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string if isinstance(message.string, tuple) else (message.string,))


def test_every_sentence_has_an_english_translation(english: Catalog) -> None:
    missing = {text: at for text, at in sentences().items() if not translated(english.get(text))}
    assert missing == {}


def test_translations_take_the_same_values_as_the_sentences(english: Catalog) -> None:
    wrong = [message.id for message in english if message.id and list(message.check(english))]
    assert wrong == []


def test_sentences_follow_french_typography() -> None:
    plain = {text: re.sub(r"<[^>]+>", "", text) for text in sentences()}
    assert [text for text, words in plain.items() if SLIP.search(words)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_style_or_script_is_inline(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", source)
    scripts = re.findall(r"<script[^>]*>", source)
    assert all("nonce=" in script and "src=" in script for script in scripts)


def test_the_files_that_styles_and_pages_name_exist() -> None:
    base = (ROOT / "templates/base.html").read_text()
    parts = re.findall(r"'((?:core|component)/[^']+)'", base)
    named = [f"dist/{part}.main.min.css" for part in parts]
    named += re.findall(r"asset\('dsfr/([^']+\.css)'\)", base)
    assert len(named) > 10
    assert [name for name in named if not (DSFR / name).is_file()] == []
    fonts = Path(str(files("fontpkg_atkinson_hyperlegible") / "files"))
    used = re.findall(r"url\(fonts/([^)]+)\)", (ROOT / "static/atkinson.css").read_text())
    assert used
    assert all((fonts / name).is_file() for name in used)

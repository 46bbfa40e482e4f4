"""Activation letters as an accessible PDF (PDF/UA-1), an A4 page each."""

import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import segno
import typst

from idp.identity import french_date, initial_password, ins_c, login_identifier
from idp.messages.letter.content import LetterContent
from idp.messages.letter.printable import printable

HERE = Path(__file__).parent
FONT_PACKAGE = "fontpkg_atkinson_hyperlegible"
NO_BREAK_SPACE = "\u00a0"
AROUND_HOUR = re.compile(r"(?<=\d) (?=h\b)|(?<=\dh) (?=\d)|(?<=\d h) (?=\d)")


def render(content: LetterContent) -> bytes:
    """The letter, a tagged PDF; the same bytes for the same content."""
    return _compiled([_inputs(content)], content.written_on)


def render_all(letters: Sequence[LetterContent]) -> bytes:
    """One PDF of several letters, a page each in their order, as new as the first of them. A
    megabyte of memory and ten milliseconds for each: `apart` gives the memory back."""
    sizes: dict[LetterContent, float] = {}
    inputs = []
    for letter in letters:
        alike = _without_person(letter)
        if alike not in sizes:
            sizes[alike] = _size(letter)
        inputs.append(_inputs(letter) | {"size": sizes[alike]})
    return _compiled(inputs, letters[0].written_on)


def _without_person(letter: LetterContent) -> LetterContent:
    """What the size of the text depends on: what differs beside it never makes a line longer."""
    ins_c = letter.ins_c and "22 digits"
    return replace(
        letter, civility="", name="", address=(), login_identifier="", initial_password="",
        ins_c=ins_c, qr_url="", written_on=date.min,
    )  # fmt: skip


def _size(letter: LetterContent) -> float:
    """In points, what the text of this letter is set in; its recipient's size comes before it."""
    found = typst.query(
        HERE / "activation.typ", "<size>", field="value", **_common([_inputs(letter)])
    )
    return float(json.loads(found)[-1])


def _compiled(inputs: Sequence[dict[str, object]], written_on: date) -> bytes:
    pdf: bytes = typst.compile(
        HERE / "activation.typ",
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=datetime.combine(written_on, time(), UTC),
        **_common(inputs),
    )
    return pdf


def _common(inputs: Sequence[dict[str, object]]) -> dict[str, Any]:
    return {
        "root": HERE,
        "font_paths": fonts(),
        "ignore_system_fonts": True,
        # As data, never as source: no name can become a command of the template.
        "sys_inputs": {"letters": json.dumps(inputs)},
    }


@cache
def fonts() -> typst.Fonts:
    """Ours and those that Typst embeds, never the machine's: the same bytes anywhere."""
    return typst.Fonts(
        include_system_fonts=False, font_paths=[str(files(FONT_PACKAGE).joinpath("files"))]
    )


def _inputs(content: LetterContent) -> dict[str, object]:
    """What the template reads, ready to print."""
    return {
        "ministry": _lines(content.ministry),
        "recipient": _lines((f"{content.civility} {content.name}", *content.address)),
        "salutation": printable(content.civility) or "Madame, Monsieur",
        "place": printable(content.place),
        "date": _in_words(content.written_on),
        "day": [content.written_on.year, content.written_on.month, content.written_on.day],
        "identifier": login_identifier.display(content.login_identifier),
        "password": initial_password.display(content.initial_password),
        "valid_until": _bound(_in_words(content.initial_password_valid_until)),
        "ins_c": ins_c.parse(content.ins_c).grouped if content.ins_c else None,
        "qr": _qr(content.qr_url),
        "rights_contact": _lines((content.director_title, content.organisation)),
        "rights_address": _lines(content.organisation_address),
        "hotline": _bound(printable(content.hotline_number)),
        "hours": AROUND_HOUR.sub(NO_BREAK_SPACE, printable(content.hotline_hours)),
        "site": printable(content.site_name),
        "url": printable(content.site_url),
    }


def _lines(lines: Iterable[str]) -> list[str]:
    return [line for line in map(printable, lines) if line]


def _bound(text: str) -> str:
    """`text` that no line break parts."""
    return text.replace(" ", NO_BREAK_SPACE)


def _in_words(day: date) -> str:
    return french_date.in_words(day.year, day.month, day.day)


def _qr(url: str) -> str:
    """The QR code of `url` as SVG, without a quiet zone: the template leaves the room."""
    svg = io.BytesIO()
    segno.make(url, error="m", micro=False).save(svg, kind="svg", border=0, xmldecl=False)
    return svg.getvalue().decode()

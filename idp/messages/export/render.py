"""Everything about a person as an accessible PDF (PDF/UA-1)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import typst

from idp.config import Settings
from idp.messages import local_time
from idp.messages.export.document import Words, sections
from idp.messages.export.words import HEADINGS
from idp.messages.letter.render import fonts

HERE = Path(__file__).parent
COLONS = {"fr": "\u00a0:"}


def render(data: Mapping[str, Any], settings: Settings, locale: str) -> bytes:
    """`data` is the document of the JSON file; the same bytes for the same one."""
    made_on = datetime.fromtimestamp(data["made_at"], local_time.PARIS).date()
    return typst.compile(
        HERE / "export.typ",
        format="pdf",
        root=HERE,
        font_paths=fonts(),
        ignore_system_fonts=True,
        # As data, never as source: no name can become a command of the template.
        sys_inputs={"document": json.dumps(_inputs(data, settings, locale))},
        pdf_standards=["ua-1"],
        timestamp=datetime.combine(made_on, time(), UTC),
    )


def _inputs(data: Mapping[str, Any], settings: Settings, locale: str) -> dict[str, Any]:
    said, made_at = Words(locale), data["made_at"]
    made_on = datetime.fromtimestamp(made_at, local_time.PARIS)
    about = (settings.brand_name, local_time.day(made_at, locale), local_time.hour(made_at, locale))
    return {
        "lang": locale,
        "title": said(HEADINGS, "title"),
        "author": settings.brand_name,
        "about": ", ".join(about),
        "day": [made_on.year, made_on.month, made_on.day],
        "left_out": said(HEADINGS, "left_out"),
        "none": said(HEADINGS, "none"),
        "colon": COLONS.get(locale, ":"),
        "sections": sections(data, locale),
    }

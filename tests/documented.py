"""The pages of docs/, as material for tests: what a page shows is what a test runs."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def page(name: str) -> str:
    """The text of docs/NAME.md."""
    return (DOCS / f"{name}.md").read_text("utf-8")


def block(text: str, language: str, words: str) -> str:
    """The one fenced block of this language that has these words."""
    found = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (wanted,) = [each for each in found if words in each]
    return str(wanted)

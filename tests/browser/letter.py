"""The letter as its reader has it: what is printed on the sheet."""

import re
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

IDENTIFIER = re.compile(r"Votre identifiant de connexion\s*:.*?(\d{4} \d{4} \d{4})", re.DOTALL)
PASSWORD = re.compile(
    r"Votre mot de passe initial.*?([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})", re.DOTALL
)
INS_C = re.compile(r"Identifiant National de Santé Calculé\s*:\s*((?:\d\d\d\d\s){5}\d\d)")
NARROW = str.maketrans({"\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True)
class Letter:
    """`identifier` and `ins_c` in groups, as they are printed."""

    file: Path
    identifier: str
    password: str
    ins_c: str


def read(file: Path) -> Letter:
    text = PdfReader(file).pages[0].extract_text().translate(NARROW)
    found = [pattern.search(text) for pattern in (IDENTIFIER, PASSWORD, INS_C)]
    assert all(found), text
    return Letter(file, *(match[1] for match in found if match))

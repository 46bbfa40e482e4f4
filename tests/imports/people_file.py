"""Files of people to enrol, as agents and others send them."""

import csv
import io

from idp.directory.import_file import COLUMNS
from idp.identity.nir import Nir

HEADING = [column.name for column in COLUMNS]


def person(number: int = 0, **changes: str) -> dict[str, str]:
    """A man of 1961 with a NIR of his own for each number, below a thousand."""
    cells = dict.fromkeys(HEADING, "") | {
        "nom_naissance": "Bernard",
        "prenoms": "Philippe, Jean",
        "date_naissance": "17/02/1961",
        "sexe": "M",
        "code_insee_naissance": "18033",
        "lieu_naissance": "Bourges",
        "nir": f"1610275754{number:03}",
        "adresse_1": "12 rue des Tilleuls",
        "adresse_2": "18000 BOURGES",
        "courriel": f"philippe{number}@exemple.fr",
    }
    return cells | changes


def written(*people: dict[str, str], separator: str = ";", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, HEADING, delimiter=separator)
    table.writeheader()
    table.writerows(people)
    return text.getvalue().encode(encoding)


def crowd(size: int) -> bytes:
    return written(*(person(number) for number in range(size)))


def with_key(body: str) -> str:
    number = Nir(body)
    return f"{number.body} {number.key}"

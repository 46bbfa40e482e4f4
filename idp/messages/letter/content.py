"""Everything the activation letter says that is not always the same."""

from dataclasses import dataclass, field
from datetime import date

MINISTRY = ("MINISTÈRE", "DES SOLIDARITÉS", "ET DE LA SANTÉ")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """One letter; what identifies or lets in is kept out of `repr`, and so out of logs.

    The identifiers and the password come as they are stored or as they are shown: `render`
    groups them. `ins_c` is None for a holder who has none, and then the letter is silent on it.
    """

    civility: str  # "Madame", "Monsieur", or "" when unknown
    name: str = field(repr=False)  # as on the envelope: "Marie Christine MARTIN"
    address: tuple[str, ...] = field(repr=False)  # up to six lines of 38 characters
    place: str
    written_on: date

    login_identifier: str = field(repr=False)
    initial_password: str = field(repr=False)
    initial_password_valid_until: date
    ins_c: str | None = field(repr=False)
    qr_url: str = field(repr=False)  # the activation page, the identifier in its fragment

    organisation: str
    director_title: str  # whom to write to: "Madame la directrice"
    organisation_address: tuple[str, ...]

    hotline_number: str
    hotline_hours: str = "du lundi au vendredi de 8 h 30 à 17 h 30"
    site_name: str = "dmp.fr"
    site_url: str = "https://www.dmp.fr"
    ministry: tuple[str, ...] = MINISTRY

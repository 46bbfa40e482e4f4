"""Everything the activation letter says that is not always the same."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Self

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

    def to_json(self) -> dict[str, Any]:
        """What JSON can say; days as `YYYY-MM-DD`."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The same letter again."""
        kinds = {each.name: each.type for each in fields(cls)}
        return cls(**{name: _read(kinds[name], value) for name, value in values.items()})


def _read(kind: Any, value: Any) -> Any:
    if kind is date:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value

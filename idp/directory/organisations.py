"""The health-insurance bodies that holders belong to."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import postal_address
from idp.directory.refusal import Refusal
from idp.models import Organisation

MAX_LENGTH = 120


class InvalidOrganisation(Refusal):
    """Every problem of what was given."""


class DuplicateOrganisation(Refusal):
    """The name is taken."""


class UnknownOrganisation(Refusal):
    """No organisation has this name."""


def create(
    session: Session, *, name: str, city: str, address: Sequence[str], actor: str
) -> Organisation:
    """A new organisation; `city` stands before the date of its letters, `address` (one to six
    lines of 38 characters) is whom a holder writes to. Raises InvalidOrganisation,
    DuplicateOrganisation."""
    name, city = " ".join(name.split()), " ".join(city.split())
    lines = postal_address.parse(address)
    problems = _problems(name, city) + postal_address.problems(lines)
    if problems:
        raise InvalidOrganisation(*problems)
    organisation = Organisation(name=name, city=city, address=lines, created_at=clock.now())
    try:
        with session.begin_nested():
            session.add(organisation)
    except IntegrityError as error:
        raise DuplicateOrganisation(f"There is already an organisation named “{name}”.") from error
    audit.record(session, "organisation.created", actor=actor, organisation_id=organisation.id)
    return organisation


def find(session: Session, name: str) -> Organisation:
    """The organisation of this name. Raises UnknownOrganisation."""
    wanted = " ".join(name.split())
    found = session.scalar(select(Organisation).where(Organisation.name == wanted))
    if found is None:
        raise UnknownOrganisation(
            f"There is no organisation named “{wanted}”; `idp organisations create` makes one."
        )
    return found


def _problems(name: str, city: str) -> list[str]:
    given = {"name": name, "city": city}
    return [
        f"The {label} is missing." if not text else f"The {label} is longer than {MAX_LENGTH}."
        for label, text in given.items()
        if not 0 < len(text) <= MAX_LENGTH
    ]

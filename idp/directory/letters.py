"""The letter of an account: a new initial password, and the PDF that alone shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from idp.config import Settings
from idp.directory import french_day
from idp.factors.hashing import Hasher
from idp.identity import initial_password
from idp.identity.traits import Traits
from idp.messages.letter import render
from idp.messages.letter.content import LetterContent
from idp.models import Account, Organisation

ACTIVATION_PATH = "/activation"
DIRECTOR = "le directeur"


@dataclass(frozen=True)
class InitialPassword:
    """`plain` goes into the letter and nowhere else; the account keeps `hashed`. Valid to the
    end of the day `valid_until`, for a person reads a date as the whole of it."""

    plain: str = field(repr=False)
    hashed: str = field(repr=False)
    valid_until: date

    @property
    def expires_at(self) -> int:
        return french_day.end_of(self.valid_until)


@dataclass(frozen=True)
class Recipient:
    """Whom the letter is for and whom it comes from."""

    traits: Traits
    address: Sequence[str] = field(repr=False)
    ins_c: str | None = field(repr=False)
    organisation: str
    organisation_city: str
    organisation_address: Sequence[str]

    @classmethod
    def of(
        cls, traits: Traits, address: Sequence[str], ins_c: str | None, organisation: Organisation
    ) -> "Recipient":
        return cls(
            traits, address, ins_c, organisation.name, organisation.city, organisation.address
        )


def new_initial_password(settings: Settings) -> InitialPassword:
    """Slow, as Argon2 is: to be called outside any transaction."""
    plain = initial_password.generate()
    valid_until = french_day.today() + timedelta(days=settings.initial_password_days)
    return InitialPassword(plain, Hasher(settings).hash(plain), valid_until)


def give(account: Account, password: InitialPassword) -> None:
    """The account awaits its activation with this password; none before it is good any more."""
    account.initial_password_hash = password.hashed
    account.initial_password_expires_at = password.expires_at
    account.initial_password_fingerprint = None
    account.password_hash = None


def compose(
    settings: Settings, recipient: Recipient, login_identifier: str, password: InitialPassword
) -> bytes:
    """The letter as PDF; as slow as typesetting is."""
    return render.render(written(settings, recipient, login_identifier, password))


def written(
    settings: Settings, recipient: Recipient, login_identifier: str, password: InitialPassword
) -> LetterContent:
    """What the letter says."""
    return LetterContent(
        civility=recipient.traits.civility,
        name=recipient.traits.display_name,
        address=tuple(recipient.address),
        place=recipient.organisation_city,
        written_on=french_day.today(),
        login_identifier=login_identifier,
        initial_password=password.plain,
        initial_password_valid_until=password.valid_until,
        ins_c=recipient.ins_c,
        # In the fragment, the identifier reaches the page and no server's log.
        qr_url=f"{settings.issuer}{ACTIVATION_PATH}#{login_identifier}",
        organisation=recipient.organisation,
        director_title=DIRECTOR,
        organisation_address=tuple(recipient.organisation_address),
        hotline_number=settings.hotline_number,
        hotline_hours=settings.hotline_hours,
        site_name=settings.site_name,
        site_url=settings.site_url,
        ministry=tuple(settings.brand_ministry_lines.split("\n")),
    )

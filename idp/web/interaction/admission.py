"""Which accounts a journey lets in: an operator's opens the console alone, a holder's everything
else."""

from idp import audit
from idp.directory import sign_in
from idp.models import Interaction, Purpose, SessionKind
from idp.web import visitor
from idp.web.current import database
from idp.web.interaction.journey import Journey


def admit(journey: Journey, account_id: int | None) -> bool:
    """Whether who has just proved the account may go on. An operator who came by a holder's way,
    to the own account or with an initial password, is on the way to the console from here on."""
    assert account_id is not None
    with database().writing() as session:
        kind, purpose = sign_in.kind_of(session, account_id), journey.interaction.purpose
        outcome = _refusal(kind, purpose)
        if outcome is not None:
            audit.record(
                session,
                "session.opened",
                actor=kind.value,
                outcome=outcome,
                account_id=account_id,
                origin=visitor.origin(),
            )
        elif kind == SessionKind.OPERATOR and purpose != Purpose.ADMINISTRATION:
            interaction = session.get_one(Interaction, journey.interaction.id)
            interaction.purpose = journey.interaction.purpose = Purpose.ADMINISTRATION
    return outcome is None


def _refusal(kind: SessionKind, purpose: str) -> str | None:
    if kind == SessionKind.HOLDER and purpose == Purpose.ADMINISTRATION:
        return "not_an_operator"
    if kind == SessionKind.OPERATOR and purpose in {Purpose.AUTHORIZATION, Purpose.TRIAL}:
        return "is_an_operator"
    return None

"""Who may do what, and on whose objects: one table, which every door asks with the operator who
acts and the object in hand.

The command line does not ask: whoever has the machine's shell is its owner.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from sqlalchemy.orm import Session

from idp import audit
from idp.directory.refusal import Refusal
from idp.models import Operator, Role


class Reach(IntEnum):
    """How far a role goes with a verb: nowhere, to the own organisation's objects, to all."""

    NOTHING = 0
    OWN = 1
    ANY = 2


class Verb(StrEnum):
    """What is done through a door, `noun.verb`."""

    HOLDER_READ = "holder.read"
    HOLDER_READ_IDENTIFIERS = "holder.read_identifiers"
    HOLDER_ENROL = "holder.enrol"
    HOLDER_IMPORT = "holder.import"
    HOLDER_CORRECT = "holder.correct"
    HOLDER_RELETTER = "holder.reletter"
    HOLDER_CHANGE_CHANNEL = "holder.change_channel"
    HOLDER_BLOCK = "holder.block"
    HOLDER_UNBLOCK = "holder.unblock"
    HOLDER_CLOSE = "holder.close"
    HOLDER_KEEP = "holder.keep"
    CLIENT_READ = "client.read"
    CLIENT_REGISTER = "client.register"
    CLIENT_UPDATE = "client.update"
    CLIENT_TRY = "client.try"
    CLIENT_ROTATE_SECRET = "client.rotate_secret"  # noqa: S105 - the name of a verb
    CLIENT_DISABLE = "client.disable"
    CLIENT_ENABLE = "client.enable"
    KEY_READ = "key.read"
    KEY_ROTATE = "key.rotate"
    KEY_RETIRE = "key.retire"
    OPERATOR_READ = "operator.read"
    OPERATOR_CREATE = "operator.create"
    OPERATOR_GRANT = "operator.grant"
    OPERATOR_REVOKE = "operator.revoke"
    OPERATOR_BLOCK = "operator.block"
    OPERATOR_RENEW = "operator.renew"
    DASHBOARD_READ = "dashboard.read"
    TRAIL_READ = "trail.read"
    TRAIL_EXPORT = "trail.export"
    TRAIL_VERIFY = "trail.verify"


OWN, ANY = Reach.OWN, Reach.ANY
OWNER, CLIENTS, AGENT, DESK, AUDITOR = (
    Role.OWNER, Role.CLIENT_ADMINISTRATOR, Role.ENROLMENT_AGENT, Role.HELP_DESK, Role.AUDITOR,
)  # fmt: skip

# A role that is not named may not. The hotline is one for all organisations; whoever answers there
# knows a person by what the person says, and has no need of health identifiers.
TABLE: Mapping[Verb, Mapping[Role, Reach]] = {
    Verb.HOLDER_READ: {OWNER: ANY, AGENT: OWN, DESK: ANY, AUDITOR: ANY},
    Verb.HOLDER_READ_IDENTIFIERS: {OWNER: ANY, AGENT: OWN},
    Verb.HOLDER_ENROL: {OWNER: ANY, AGENT: OWN},
    Verb.HOLDER_IMPORT: {OWNER: ANY, AGENT: OWN},
    Verb.HOLDER_CORRECT: {OWNER: ANY, AGENT: OWN},
    Verb.HOLDER_RELETTER: {OWNER: ANY, AGENT: OWN, DESK: ANY},
    Verb.HOLDER_CHANGE_CHANNEL: {OWNER: ANY, DESK: ANY},
    Verb.HOLDER_BLOCK: {OWNER: ANY, DESK: ANY},
    Verb.HOLDER_UNBLOCK: {OWNER: ANY, DESK: ANY},
    Verb.HOLDER_CLOSE: {OWNER: ANY, AGENT: OWN},
    Verb.HOLDER_KEEP: {OWNER: ANY, AGENT: OWN, DESK: ANY},
    Verb.CLIENT_READ: {OWNER: ANY, CLIENTS: ANY, DESK: ANY, AUDITOR: ANY},
    Verb.CLIENT_REGISTER: {OWNER: ANY, CLIENTS: OWN},
    Verb.CLIENT_UPDATE: {OWNER: ANY, CLIENTS: OWN},
    Verb.CLIENT_TRY: {OWNER: ANY, CLIENTS: OWN},
    Verb.CLIENT_ROTATE_SECRET: {OWNER: ANY, CLIENTS: OWN},
    Verb.CLIENT_DISABLE: {OWNER: ANY, CLIENTS: OWN},
    Verb.CLIENT_ENABLE: {OWNER: ANY, CLIENTS: OWN},
    Verb.KEY_READ: {OWNER: ANY, CLIENTS: ANY, AUDITOR: ANY},
    Verb.KEY_ROTATE: {OWNER: ANY},
    Verb.KEY_RETIRE: {OWNER: ANY},
    Verb.OPERATOR_READ: {OWNER: ANY, AUDITOR: ANY},
    Verb.OPERATOR_CREATE: {OWNER: ANY},
    Verb.OPERATOR_GRANT: {OWNER: ANY},
    Verb.OPERATOR_REVOKE: {OWNER: ANY},
    Verb.OPERATOR_BLOCK: {OWNER: ANY},
    Verb.OPERATOR_RENEW: {OWNER: ANY},
    # No person is in figures; whoever answers the telephone has to know whether codes are late.
    Verb.DASHBOARD_READ: {OWNER: ANY, CLIENTS: OWN, DESK: ANY, AUDITOR: ANY},
    Verb.TRAIL_READ: {OWNER: ANY, AUDITOR: ANY},
    Verb.TRAIL_EXPORT: {OWNER: ANY, AUDITOR: ANY},
    Verb.TRAIL_VERIFY: {OWNER: ANY, AUDITOR: ANY},
}

# Nobody raises oneself, the last owner does not lock the house from outside, and no machine ends
# the application that it is.
NOT_ON_ONESELF = frozenset(
    {
        Verb.OPERATOR_GRANT,
        Verb.OPERATOR_REVOKE,
        Verb.OPERATOR_BLOCK,
        Verb.OPERATOR_RENEW,
        Verb.CLIENT_DISABLE,
    }
)

SENTENCES = {
    "role": "None of the operator's roles allows {}.",
    "organisation": "The operator's roles allow {} for the own organisation only.",
    "oneself": "Nobody may do {} to oneself.",
    "importer": "The letters are for who imported the file, or asked for them: {} is not enough.",
}


@dataclass(frozen=True)
class Target:
    """What a verb is done to: whose it is (None: the whole service's), and its id for the trail."""

    organisation_id: int | None = None
    client_id: int | None = None
    account_id: int | None = None


class NotAuthorised(Refusal):
    """`reason` is "role", "organisation", "oneself" or "importer"."""

    def __init__(self, verb: Verb, reason: str, target: Target) -> None:
        super().__init__(SENTENCES[reason].format(verb))
        self.verb = verb
        self.reason = reason
        self.target = target


@dataclass(frozen=True)
class Mandate:
    """The operator who acts, with the roles held at this moment."""

    account_id: int
    organisation_id: int
    roles: frozenset[Role]

    @classmethod
    def of(cls, operator: Operator) -> "Mandate":
        roles = frozenset(map(Role, operator.roles))
        return cls(operator.account_id, operator.organisation_id, roles)

    def may(self, verb: Verb, target: Target | None = None) -> bool:
        """Without a target: whether there is any object at all."""
        return self._objection(verb, target) is None

    def within(self, verb: Verb) -> int | None:
        """The organisation whose objects alone a list may show; None: every one's."""
        return self.organisation_id if reach_of(self.roles, verb) == Reach.OWN else None

    def check(self, verb: Verb, target: Target | None = None) -> None:
        """Raises NotAuthorised."""
        reason = self._objection(verb, target)
        if reason is not None:
            raise NotAuthorised(verb, reason, target or Target())

    def _objection(self, verb: Verb, target: Target | None) -> str | None:
        reach = reach_of(self.roles, verb)
        if reach == Reach.NOTHING:
            return "role"
        if target is None:
            return None
        if reach == Reach.OWN and target.organisation_id != self.organisation_id:
            return "organisation"
        if verb in NOT_ON_ONESELF and target.account_id == self.account_id:
            return "oneself"
        return None


def reach_of(roles: Collection[Role], verb: Verb) -> Reach:
    """The farthest of several roles."""
    return max((TABLE[verb].get(role, Reach.NOTHING) for role in roles), default=Reach.NOTHING)


def record(session: Session, refusal: NotAuthorised) -> None:
    """A refusal stands in the trail, with who was refused what on whom."""
    audit.record(
        session,
        "authority.refused",
        actor="operator",
        outcome=refusal.reason,
        client_id=refusal.target.client_id,
        account_id=refusal.target.account_id,
        verb=refusal.verb.value,
    )

"""The tables, one aggregate per file. Importing this package declares all of them."""

from idp.models.account import Account, AccountState, Channel, ChannelKind
from idp.models.activity import ActivityCount, Grain, MessageCount
from idp.models.audit_checkpoint import AuditCheck, AuditCheckpoint, AuditKey, CheckState
from idp.models.audit_event import AuditEvent, AuditSeal
from idp.models.client import (
    Client,
    ClientChange,
    ClientLogo,
    ClientState,
    Configuration,
    InitialAccessToken,
    RegisteredBy,
    Resource,
    TokenFormat,
)
from idp.models.consent import Consent
from idp.models.data_export import DataExport
from idp.models.grant import Grant
from idp.models.holder import Holder, HolderInsC, HolderName
from idp.models.holder_import import (
    HolderImport,
    ImportLetters,
    ImportRow,
    ImportState,
    LettersState,
    RowState,
)
from idp.models.interaction import Interaction, Purpose
from idp.models.key import KeyState, SigningKey
from idp.models.link import Link, LinkPurpose
from idp.models.message import Message, MessageState
from idp.models.new_channel import NewChannel
from idp.models.one_time_code import OneTimeCode
from idp.models.operator import Operator, Role
from idp.models.organisation import Organisation
from idp.models.passkey import Passkey, PasskeyChallenge
from idp.models.recovery_code import RecoveryCode
from idp.models.session import BrowserSession, SessionClient, SessionKind
from idp.models.single_use import ClientAssertion, RevokedToken
from idp.models.subject import Subject
from idp.models.throttle import Throttle
from idp.models.totp import Totp

__all__ = [
    "Account",
    "AccountState",
    "ActivityCount",
    "AuditCheck",
    "AuditCheckpoint",
    "AuditEvent",
    "AuditKey",
    "AuditSeal",
    "BrowserSession",
    "Channel",
    "ChannelKind",
    "CheckState",
    "Client",
    "ClientAssertion",
    "ClientChange",
    "ClientLogo",
    "ClientState",
    "Configuration",
    "Consent",
    "DataExport",
    "Grain",
    "Grant",
    "Holder",
    "HolderImport",
    "HolderInsC",
    "HolderName",
    "ImportLetters",
    "ImportRow",
    "ImportState",
    "InitialAccessToken",
    "Interaction",
    "KeyState",
    "LettersState",
    "Link",
    "LinkPurpose",
    "Message",
    "MessageCount",
    "MessageState",
    "NewChannel",
    "OneTimeCode",
    "Operator",
    "Organisation",
    "Passkey",
    "PasskeyChallenge",
    "Purpose",
    "RecoveryCode",
    "RegisteredBy",
    "Resource",
    "RevokedToken",
    "Role",
    "RowState",
    "SessionClient",
    "SessionKind",
    "SigningKey",
    "Subject",
    "Throttle",
    "TokenFormat",
    "Totp",
]

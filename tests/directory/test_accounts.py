import pytest
from sqlalchemy import select

from idp.config import Settings
from idp.db import Database
from idp.directory import accounts, sessions
from idp.directory.accounts import (
    Motive,
    NeedsLetter,
    UnblockMotive,
    UnknownAccount,
    WrongState,
)
from idp.identity import login_identifier
from idp.models import Account, AccountState, AuditEvent, BrowserSession, Client, Grant
from tests.directory.people import MARIE_INS_C, enrolled, marie

pytestmark = pytest.mark.usefixtures("cnam")


def sign_in(database: Database, account_id: int, number: int) -> int:
    """A live session with a grant in it; returns the session's id."""
    with database.writing() as session:
        if session.get(Client, 1) is None:
            session.add(a_client())
            session.flush()
        live = BrowserSession(
            token_hash=b"t%d" % number, account_id=account_id, created_at=1, last_seen_at=1,
            expires_at=1 << 40, password_at=1, address="", user_agent="",
        )  # fmt: skip
        session.add(live)
        session.flush()
        grant = Grant(
            client_id=1, account_id=account_id, session_id=live.id, created_at=1,
            code_hash=b"c%d" % number, code_expires_at=1, redirect_uri="", scope="openid",
            claims={}, acr="", amr="", auth_time=1,
        )  # fmt: skip
        session.add(grant)
        return live.id


def a_client() -> Client:
    return Client(
        id=1, client_id="c", created_at=1, client_name="C", contacts=[], redirect_uris=[],
        post_logout_redirect_uris=[], grant_types=[], response_types=[], scope="openid",
        token_endpoint_auth_method="none", id_token_signed_response_alg="ES256",
        default_acr_values=[], minimum_acr="", sector_identifier="c.example",
    )  # fmt: skip


def live_things(database: Database) -> tuple[int, int]:
    """How many sessions and grants are live."""
    with database.reading() as session:
        open_sessions = session.scalars(
            select(BrowserSession).where(BrowserSession.ended_at.is_(None))
        ).all()
        open_grants = session.scalars(select(Grant).where(Grant.revoked_at.is_(None))).all()
        return len(open_sessions), len(open_grants)


def test_the_help_desk_sees_masked_channels_and_no_nir(
    database: Database, settings: Settings
) -> None:
    identifier = enrolled(database, settings).login_identifier
    with database.writing() as session:
        view = accounts.show(session, login_identifier.display(identifier), actor="operator")
    assert (view.mail, view.mobile) == ("m•••@e•••.fr", "06 •• •• •• 42")
    assert view.ins_c == MARIE_INS_C
    assert view.name == "Marie Christine MARTIN"
    assert "2770166828426" not in repr(view)


def test_looking_at_an_account_leaves_a_trace(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    with database.writing() as session:
        accounts.show(session, made.login_identifier, actor="operator")
    with database.reading() as session:
        event = session.scalar(select(AuditEvent).where(AuditEvent.act == "account.consulted"))
    assert event is not None
    assert event.account_id == made.account_id


def test_a_channel_that_is_not_there_is_not_shown(database: Database, settings: Settings) -> None:
    identifier = enrolled(database, settings, marie(mail=None)).login_identifier
    with database.writing() as session:
        assert accounts.show(session, identifier, actor="operator").mail is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12", "12 digits"),
        ("abcdefghijkl", "digits only"),
        ("123456789012", "typing error"),
        (login_identifier.generate(lambda _: 5), "No account"),
    ],
)
def test_an_identifier_of_nobody_is_refused_in_words(
    database: Database, typed: str, sentence: str
) -> None:
    with database.writing() as session, pytest.raises(UnknownAccount, match=sentence):
        accounts.show(session, typed, actor="operator")


def test_blocking_ends_sessions_and_grants(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    for number in range(2):
        sign_in(database, made.account_id, number)
    with database.writing() as session:
        motive = Motive.SUSPECTED_FRAUD
        assert accounts.block(session, made.login_identifier, motive=motive, actor="op") == 2
    assert live_things(database) == (0, 0)
    with database.reading() as session:
        assert session.get_one(Account, made.account_id).state == AccountState.BLOCKED
        event = session.scalar(select(AuditEvent).where(AuditEvent.act == "account.blocked"))
        assert event is not None
        assert event.detail == {"motive": "suspected-fraud"}


def test_a_blocked_account_is_not_blocked_again(database: Database, settings: Settings) -> None:
    identifier = enrolled(database, settings).login_identifier
    with database.writing() as session:
        accounts.block(session, identifier, motive=Motive.DECEASED, actor="operator")
    with database.writing() as session, pytest.raises(WrongState, match="already"):
        accounts.block(session, identifier, motive=Motive.DECEASED, actor="operator")


def unblock(database: Database, identifier: str) -> str:
    """The state that the account is in then."""
    with database.writing() as session:
        motive = UnblockMotive.IDENTITY_PROVED
        return accounts.unblock(session, identifier, motive=motive, actor="operator").state


@pytest.mark.parametrize("activated", [True, False])
def test_an_account_opens_again_as_it_was(
    database: Database, settings: Settings, activated: bool
) -> None:
    made = enrolled(database, settings)
    with database.writing() as session:
        account = session.get_one(Account, made.account_id)
        if activated:
            account.state, account.password_hash = AccountState.ACTIVE, "a hash"
        motive = Motive.HOLDER_REQUEST
        accounts.block(session, made.login_identifier, motive=motive, actor="operator")
    before = AccountState.ACTIVE if activated else AccountState.AWAITING_ACTIVATION
    assert unblock(database, made.login_identifier) == before


@pytest.mark.parametrize("motive", [Motive.LETTER_ASTRAY, Motive.SUSPECTED_FRAUD])
def test_where_the_password_may_be_known_it_takes_a_new_letter(
    database: Database, settings: Settings, motive: Motive
) -> None:
    identifier = enrolled(database, settings).login_identifier
    with database.writing() as session:
        accounts.block(session, identifier, motive=motive, actor="operator")
    with pytest.raises(NeedsLetter, match="new letter"):
        unblock(database, identifier)


def test_what_is_not_blocked_is_not_unblocked(database: Database, settings: Settings) -> None:
    identifier = enrolled(database, settings).login_identifier
    with pytest.raises(WrongState, match="not blocked"):
        unblock(database, identifier)


def test_ending_a_session_leaves_the_others(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    first, _second = (sign_in(database, made.account_id, number) for number in range(2))
    with database.writing() as session:
        assert sessions.end(session, first, actor="holder", reason="signed_out")
    assert live_things(database) == (1, 1)


def test_a_session_ends_once(database: Database, settings: Settings) -> None:
    one = sign_in(database, enrolled(database, settings).account_id, 1)
    with database.writing() as session:
        assert sessions.end(session, one, actor="holder", reason="signed_out")
        assert not sessions.end(session, one, actor="holder", reason="signed_out")
    with database.reading() as session:
        ends = session.scalars(select(AuditEvent).where(AuditEvent.act == "session.ended")).all()
    assert [event.session_id for event in ends] == [one]


def test_ending_all_sessions_revokes_grants_that_outlived_theirs(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    one = sign_in(database, made.account_id, 1)
    with database.writing() as session:
        session.get_one(BrowserSession, one).ended_at = 1
    with database.writing() as session:
        assert sessions.end_all(session, made.account_id, actor="op", reason="new_letter") == 0
    assert live_things(database) == (0, 0)

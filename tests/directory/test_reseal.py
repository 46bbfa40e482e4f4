"""Sealing and index keys are replaced while everybody works."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from idp.config import Settings
from idp.crypto import Unsealable
from idp.db import Base, Database, Sealed
from idp.directory import accounts, keys, reseal, sealed_columns
from idp.directory.reseal import Progress
from idp.models import (
    Account,
    AuditEvent,
    AuditKey,
    Channel,
    Client,
    DataExport,
    Holder,
    HolderImport,
    HolderInsC,
    ImportLetters,
    ImportRow,
    Interaction,
    Link,
    Message,
    NewChannel,
    Operator,
    Organisation,
    Passkey,
    SigningKey,
    Totp,
)
from tests.directory import people
from tests.directory.conftest import Hands
from tests.directory.people import marie, philippe
from tests.directory.renewed_keys import Renewed


@pytest.fixture
def database(shared_database: Database, shared_settings: Settings, hands: Hands) -> Database:
    """With a row in each table that has sealed columns, all under the first keys."""
    people.cnam(shared_database)
    people.enrolled(shared_database, shared_settings, marie())
    people.enrolled(shared_database, shared_settings, philippe())
    with shared_database.writing() as session:
        keys.ensure_signing_keys(session, actor="operator", algorithms=["ES256"])
        organisation_id = session.scalars(select(Organisation.id)).first() or 0
        session.add_all(others(session.scalars(select(Account.id)).first() or 0, organisation_id))
    return shared_database


def others(account_id: int, organisation_id: int) -> list[Base]:
    """Of the tables that enrolment leaves empty; another sealed column has its value here."""
    common: dict[str, Any] = {"account_id": account_id, "created_at": 1}
    interaction = Interaction(
        handle_hash=b"handle", browser_hash=b"browser", purpose="activation", expires_at=2,
        request={"scope": "openid"}, activation={"password_hash": "x"}, **common,
    )  # fmt: skip
    message: dict[str, Any] = {
        "kind": "one-time-code", "channel": "mail", "locale": "fr", "next_attempt_at": 1,
    }  # fmt: skip
    client = Client(
        client_id="signer", client_name="Signer", redirect_uris=[], grant_types=[],
        response_types=[], contacts=[], post_logout_redirect_uris=[], default_acr_values=[],
        scope="", token_endpoint_auth_method="client_secret_jwt", minimum_acr="",
        id_token_signed_response_alg="ES256", sector_identifier="", created_at=1,
        client_secret="signs",
    )  # fmt: skip
    passkey = Passkey(
        credential_id=b"credential", public_key=b"key", sign_count=0, aaguid="", transports=[],
        backup_eligible=False, backed_up=False, name="Téléphone", made_with="", **common,
    )  # fmt: skip
    new_channel = NewChannel(
        account_id=account_id, kind="mail", value="marie@boite.example", code_mac=b"mac",
        code_sent_at=1, code_expires_at=2,
    )  # fmt: skip
    export = DataExport(
        account_id=account_id, locale="fr", asked_at=1, expires_at=2, content={"json": "{}"}
    )
    link = Link(token_hash=b"token", purpose="not_me", detail={}, expires_at=2, **common)
    seals = [
        AuditKey(kid=kid, private_jwk={"d": "x"}, public_jwk={"x": "y"}, created_at=1)
        for kid in ("old", "new")
    ]
    file = HolderImport(
        id=1, organisation_id=organisation_id, digest=b"digest", state="paused", created_at=1,
        expires_at=2,
    )  # fmt: skip
    rows = [
        ImportRow(import_id=1, line=2, state="ready", content={"nir": "x"}, problems=[]),
        ImportRow(import_id=1, line=3, state="enrolled", letter={"name": "x"}, problems=[]),
        ImportLetters(import_id=1, letters=1, made_at=1, expires_at=2, content="JVBERi0="),
    ]
    return [
        *seals,
        file,
        *rows,
        link,
        client,
        export,
        Operator(organisation_id=organisation_id, name="Camille Durand", roles=[], **common),
        interaction,
        Link(token_hash=b"t", purpose="recovery", detail={"x": 1}, expires_at=2, **common),
        passkey,
        Totp(secret="JBSWY3DPEHPK3PXP", **common),
        new_channel,
        Message(content={"to": "marie@exemple.fr"}, **message, **common),
        Message(content=None, **message, **common),  # wiped: it was sent
    ]


@pytest.fixture
def with_keys(shared_settings: Settings) -> Iterator[Renewed]:
    renewed = Renewed(shared_settings)
    yield renewed
    renewed.close()


def resealed(database: Database, **options: Any) -> list[Progress]:
    return list(reseal.reseal(database, actor="operator", pause=0, **options))


def rows_by_key(database: Database) -> dict[str | None, int]:
    counted: dict[str | None, int] = {}
    for each in sealed_columns.usage(database):
        counted[each.key_id] = counted.get(each.key_id, 0) + each.rows
    return {key_id: count for key_id, count in counted.items() if count}


def everything(database: Database) -> list[Any]:
    """What all sealed columns say."""
    columns = [
        Holder.traits, Holder.nir, Holder.address, HolderInsC.value, Channel.value,
        Interaction.request, Interaction.activation, Message.content, SigningKey.private_jwk,
        Client.client_secret,
    ]  # fmt: skip
    with database.reading() as session:
        return [
            session.scalars(select(column).order_by(column.class_.id)).all() for column in columns
        ]


# What is covered.


def test_every_sealed_column_of_the_models_is_resealed(
    database: Database, with_keys: Renewed
) -> None:
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Sealed)
    }
    renewed = with_keys()
    filled = {
        (each.table, each.column)
        for each in sealed_columns.usage(renewed)
        if each.use == "sealing" and each.rows
    }
    assert filled == sealed, "give `others` a row with a value in each"
    resealed(renewed)
    assert all(each.key_id == "k2" for each in sealed_columns.usage(renewed) if each.rows)


def test_every_sealed_table_has_one_column_as_its_key() -> None:
    for table in sealed_columns.covered():
        assert len(Base.metadata.tables[table.name].primary_key.columns) == 1


def test_every_blind_index_names_the_column_that_it_finds() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if column.name.endswith("_index"):
                assert isinstance(table.columns[column.info["blind_index_of"]].type, Sealed)


def test_each_place_is_one_columns_own() -> None:
    places = [place for table in sealed_columns.covered() for place in table.sealed.values()]
    assert len(places) == len(set(places))


# Resealing.


def test_what_was_sealed_says_the_same_afterwards(database: Database, with_keys: Renewed) -> None:
    before, renewed = everything(database), with_keys()
    assert set(rows_by_key(renewed)) == {"k1"}
    resealed(renewed)
    assert set(rows_by_key(renewed)) == {"k2"}
    without_old = with_keys(old_too=False)
    assert everything(without_old) == before
    with pytest.raises(Unsealable):
        everything(database)


def test_once_done_there_is_nothing_left_to_do(database: Database, with_keys: Renewed) -> None:
    renewed = with_keys()
    resealed(renewed)
    stored = raw(renewed)
    for progress in resealed(renewed):
        assert progress.done == progress.total
    assert raw(renewed) == stored


def raw(database: Database) -> list[Any]:
    with database.reading() as session:
        return [
            session.execute(select(table.raw).order_by(sa.column(table.key))).all()
            for table in sealed_columns.covered()
        ]


def test_what_was_killed_goes_on_where_it_was(database: Database, with_keys: Renewed) -> None:
    renewed = with_keys()
    killed = reseal.reseal(renewed, actor="operator", batch=1, pause=0)
    list(itertools.islice(killed, 2))
    killed.close()
    assert set(rows_by_key(renewed)) == {"k1", "k2"}
    first = resealed(renewed, batch=1)[0]
    assert 0 < first.done < first.total
    assert set(rows_by_key(renewed)) == {"k2"}


def test_progress_is_told_for_each_table_up_to_its_end(
    database: Database, with_keys: Renewed
) -> None:
    told = resealed(with_keys(), batch=1)
    last = {progress.table: (progress.done, progress.total) for progress in told}
    assert set(last) == {table.name for table in sealed_columns.covered()}
    assert all(done == total for done, total in last.values())
    of_holders = [progress.done for progress in told if progress.table == "holder"]
    assert of_holders == sorted(of_holders)
    assert of_holders[0] == 0


def test_a_batch_is_a_transaction_of_its_own(database: Database, with_keys: Renewed) -> None:
    renewed = with_keys()
    committed: list[int] = []
    sa.event.listen(renewed.engine, "commit", lambda _: committed.append(1))
    totals = {progress.table: progress.total for progress in resealed(renewed, batch=1)}
    # The message that was wiped has nothing sealed; each table ends with an event of the trail.
    assert len(committed) == sum(totals.values()) - 1 + len(totals)


def test_what_is_changed_meanwhile_is_not_overwritten(
    database: Database, with_keys: Renewed
) -> None:
    renewed = with_keys()
    running = reseal.reseal(renewed, actor="operator", batch=50, pause=0)
    for progress in running:
        if progress.table == "channel":
            break
    moved = "other@exemple.fr"
    with database.writing() as session:  # by a process that does not know the new keys yet
        channel = session.scalars(select(Channel).where(Channel.kind == "mail")).first()
        assert channel is not None
        channel.value = moved
        channel.value_index = database.keyring.blind_index("channel.value", moved)
        channel_id = channel.id
    list(running)
    with with_keys(old_too=False).reading() as session:
        assert session.get_one(Channel, channel_id).value == moved


def test_an_address_is_found_under_the_new_keys_whatever_its_capitals(
    database: Database, with_keys: Renewed
) -> None:
    renewed, address = with_keys(), "M.Martin@Example.fr"
    with database.writing() as session:
        channel = session.scalars(select(Channel).where(Channel.kind == "mail")).first()
        assert channel is not None
        channel.value = address
        channel.value_index = accounts.channel_index(database.keyring, address)
    resealed(renewed)
    with renewed.reading() as session:
        index = accounts.channel_index(renewed.keyring, address.lower())
        found = session.scalars(select(Channel).where(Channel.value_index == index)).one()
        assert found.value == address


def test_a_row_that_does_not_open_is_told_and_the_others_are_done(
    database: Database, with_keys: Renewed
) -> None:
    with database.writing() as session:
        first = session.scalars(select(Holder.id).order_by(Holder.id)).first()
        session.execute(
            sa.text("UPDATE holder SET nir = :nir WHERE id = :id"), {"nir": b"\x02k9x", "id": first}
        )
    renewed = with_keys()
    problems = [line for progress in resealed(renewed) for line in progress.problems]
    assert problems == [f"holder {first}: holder.nir was altered or its key is not listed."] * len(
        problems
    )
    assert problems
    assert rows_by_key(renewed)[None] == 1
    with renewed.reading() as session:
        last = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "keys.resealed").order_by(AuditEvent.id)
        ).all()
    told = {event.detail["table"]: event.outcome for event in last}
    assert told["holder"] == "incomplete"
    assert told["channel"] == "success"


# Which keys are still needed.


def test_an_old_key_is_needed_until_no_row_is_under_it(
    database: Database, with_keys: Renewed
) -> None:
    renewed = with_keys()
    found = sealed_columns.usage(renewed)
    assert sealed_columns.unused(renewed.keyring, found) == {"sealing": [], "index": []}
    resealed(renewed)
    found = sealed_columns.usage(renewed)
    assert sealed_columns.unused(renewed.keyring, found) == {"sealing": ["k1"], "index": ["k1"]}


def test_two_rows_of_one_person_are_told_and_stop_nothing(
    database: Database, with_keys: Renewed
) -> None:
    renewed = with_keys()
    with database.writing() as session:  # as an operator who skipped a step would have made it
        one, other = session.scalars(select(Holder).order_by(Holder.id)).all()
        other.nir = one.nir
        other.nir_index = renewed.keyring.blind_index("holder.nir", one.nir)
    problems = [line for progress in resealed(renewed) for line in progress.problems]
    assert problems
    assert set(problems) == {f"holder {one.id}: another row has the same nir_index."}

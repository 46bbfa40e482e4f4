"""An agent's import, from the file to the letters, on each engine."""

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from idp.config import Settings
from idp.db import Database
from idp.directory import holder_imports, import_report, import_work
from idp.models import Account, Holder, HolderImport, ImportRow
from tests.factories import Factory

Rows = list[tuple[int, str, list[tuple[str, str]]]]


@dataclass
class Desk:
    """What an agent does, without a door."""

    database: Database
    settings: Settings
    organisation_id: int

    def check(self, content: bytes) -> int:
        return holder_imports.check(
            self.database, self.settings, content, self.organisation_id, actor="operator"
        )

    def confirm(self, import_id: int) -> int:
        with self.database.writing() as session:
            holder_imports.confirm(session, import_id, actor="operator")
        return import_id

    def work(self, rounds: int = 50) -> None:
        """Until there is nothing to do."""
        for _ in range(rounds):
            import_work.advance(self.database, self.settings)
            with self.database.reading() as session:
                if not session.scalar(
                    select(HolderImport.id).where(HolderImport.state == "running")
                ):
                    return
        raise AssertionError("the worker does not come to an end")

    def done(self, content: bytes) -> int:
        import_id = self.confirm(self.check(content))
        self.work()
        return import_id

    def rows(self, import_id: int, *, errors: bool = False) -> Rows:
        """Line, state, and the fields and reasons of what is wrong."""
        with self.database.reading() as session:
            found = import_report.rows(session, import_id, errors=errors)
            return [
                (row.line, row.state, [(each["field"], each["reason"]) for each in row.problems])
                for row in found
            ]

    def row(self, import_id: int) -> ImportRow:
        with self.database.reading() as session:
            return import_report.rows(session, import_id, errors=False)[0]

    def states(self, import_id: int) -> set[str]:
        return {state for _, state, _ in self.rows(import_id)}

    def enrolled(self) -> int:
        """How many holders there are, each with an account."""
        with self.database.reading() as session:
            people = session.scalar(select(func.count()).select_from(Holder)) or 0
            owned = select(func.count()).where(Account.holder_id.is_not(None))
            assert session.scalar(owned) == people
            return people

    def found(self, import_id: int) -> HolderImport:
        with self.database.reading() as session:
            return session.get_one(HolderImport, import_id)


@pytest.fixture
def desk(database: Database, settings: Settings, factory: Factory) -> Desk:
    with database.writing() as session:
        organisation_id = factory.organisation(session)
    return Desk(database, settings, organisation_id)

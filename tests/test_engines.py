"""The throw-away PostgreSQL cluster is what the database tests take it for."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.engines import Cluster, postgresql_cluster

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with postgresql_cluster() as running:
        yield running


def execute(url: str, statement: str) -> object:
    """The first value of what the statement returns, None if it returns no row."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return result.scalar() if result.returns_rows else None


def test_each_database_of_a_cluster_is_its_own(cluster: Cluster) -> None:
    first, second = cluster.create_database(), cluster.create_database()

    execute(first, "CREATE TABLE only_here (id integer)")

    count = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'only_here'"
    assert execute(first, count) == 1
    assert execute(second, count) == 0


def test_a_database_starts_as_a_copy_of_its_template(cluster: Cluster) -> None:
    template = cluster.create_database()
    execute(template, "CREATE TABLE inherited AS SELECT 7 AS value")

    copy = cluster.create_database(template=str(sa.make_url(template).database))

    assert execute(copy, "SELECT value FROM inherited") == 7


def test_text_is_utf_8(cluster: Cluster) -> None:
    assert execute(cluster.create_database(), "SELECT length('Œdème')") == 5


def test_a_cluster_leaves_nothing_behind() -> None:
    with postgresql_cluster() as short_lived:
        url = short_lived.create_database()
        assert execute(url, "SELECT 1") == 1

    assert not short_lived.socket_directory.exists()
    with pytest.raises(sa.exc.OperationalError):
        execute(url, "SELECT 1")

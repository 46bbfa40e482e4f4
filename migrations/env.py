"""How Alembic reaches the database: with the provider's own settings and engine."""

from typing import Any, Literal

from alembic import context

from idp import models  # noqa: F401 - declares the tables
from idp.config import load
from idp.db import Base, Database, Json, Sealed


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A revision stands by itself: it names what the database sees, not our types."""
    if kind == "type" and isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return "sa.Text()" if kind == "type" and isinstance(item, Json) else False


settings = load()
if not settings.database_url:
    settings.var.mkdir(parents=True, exist_ok=True)
database = Database(settings.effective_database_url, settings.keyring)

with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
database.dispose()

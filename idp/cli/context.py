"""What every command is given: the settings and the database, made when first asked for."""

from functools import cached_property
from typing import TYPE_CHECKING

from idp import config
from idp.config import Settings

if TYPE_CHECKING:
    from idp.db import Database


class Context:
    """`settings` raises SettingsError with every problem at once."""

    @cached_property
    def settings(self) -> Settings:
        return config.load()

    @cached_property
    def database(self) -> "Database":
        from idp.db import Database  # a third of a second, which not every command has to pay

        settings = self.settings
        if not settings.database_url:
            settings.var.mkdir(parents=True, exist_ok=True)
        return Database(settings.effective_database_url, settings.keyring)

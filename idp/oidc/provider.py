"""What every endpoint is given: settings, database, keys, and what is registered."""

from dataclasses import dataclass, field

from idp.config import Settings
from idp.crypto import Keyring
from idp.db import Database
from idp.fetcher import Fetcher
from idp.oidc.machine_tokens import MachineTokens
from idp.oidc.registry import Registry


@dataclass
class Provider:
    """One for each process; connections are opened on first use."""

    settings: Settings
    database: Database
    registry: Registry = field(init=False)
    fetcher: Fetcher = field(init=False)
    machine_tokens: MachineTokens = field(init=False)

    def __post_init__(self) -> None:
        self.registry = Registry(self.database, self.settings.issuer)
        self.fetcher = Fetcher(self.settings)
        self.machine_tokens = MachineTokens(self.database)

    @property
    def keyring(self) -> Keyring:
        return self.database.keyring

    def url(self, path: str) -> str:
        """An address of ours, from the configured issuer: never from the request's Host."""
        return f"{self.settings.issuer}{path}"

"""The same database, opened with new keys in front of those that it was filled under."""

from idp.config import Settings
from idp.crypto import Keyring, new_secret
from idp.db import Database

NAMES = ("sealing", "mac", "index")
NEW = {name: f"k2:{new_secret()}" for name in NAMES}


class Renewed:
    """`renewed()`: both keys, the new one first; `renewed(old_too=False)`: the new one alone;
    `renewed(index="…")`: another list for one use."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.effective_database_url
        self._old = {name: getattr(settings, f"{name}_keys").get_secret_value() for name in NAMES}
        self._opened: list[Database] = []

    def __call__(self, *, old_too: bool = True, **changes: str) -> Database:
        lists = {name: f"{NEW[name]},{self._old[name]}" if old_too else NEW[name] for name in NAMES}
        lists |= changes
        self._opened.append(Database(self._url, Keyring(*(lists[name] for name in NAMES))))
        return self._opened[-1]

    def close(self) -> None:
        for database in self._opened:
            database.dispose()

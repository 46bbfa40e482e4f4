"""Where the parts lie that are no package of ours: `migrations/`, `wsgi.py`, `clients/`."""

from pathlib import Path

import idp

ROOT = Path(idp.__path__[0]).parent
MIGRATIONS = ROOT / "migrations"

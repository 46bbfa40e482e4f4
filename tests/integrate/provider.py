"""The provider where clients that we did not write expect it: at its issuer."""

import json
import subprocess
import sys
from typing import Any

from idp.config import Settings
from tests.processes.server import PROJECT, Server


class Reachable(Server):
    """Its issuer is its own address: clients fetch the metadata there, and compare."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.issuer = f"http://localhost:{self.port}"
        self.environment["IDP_ISSUER"] = self.issuer

    def idp(self, *arguments: str) -> Any:
        """What the command, typed where the provider is run, tells machines."""
        command = [sys.executable, "-m", "idp", *arguments, "--json"]
        told = subprocess.run(
            command, env=self.environment, cwd=PROJECT, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

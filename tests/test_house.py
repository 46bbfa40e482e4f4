"""The house's layers, as pyproject.toml draws them, hold."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
LINT = Path(sys.executable).with_name("lint-imports")


def test_imports_point_down() -> None:
    command = [str(LINT), "--no-logo", "--no-cache"]

    lint = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert lint.returncode == 0, lint.stdout + lint.stderr

"""The same hostility, grown from what takes new branches of our code. `make fuzz` goes on."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

# With those of test_hostile_input.py 100,000; a page takes four times as long to make.
INPUTS = {"protocol": 85_000, "pages": 10_000}


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="Atheris has no build for this platform")
@pytest.mark.parametrize("part", INPUTS)
def test_no_branch_leads_to_an_answer_that_is_none(part: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--part", part, "--seed", "7"]
    command += ["--inputs", str(INPUTS[part]), "--findings", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stderr[-8_000:]
    assert f"Done {INPUTS[part]} runs" in run.stderr

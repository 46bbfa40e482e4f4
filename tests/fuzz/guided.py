"""Inputs that follow the code's branches: libFuzzer, by way of Atheris, watches which branches of
ours an input takes, and grows the next ones from those that took a new one."""

import gc
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import atheris

# Only what is imported here for the first time is watched.
with atheris.instrument_imports(include=["idp"]):
    import idp.web.app  # noqa: F401 - create_app imports it late
    from tests.fuzz.world import World

from tests import hurry
from tests.fuzz import mutations, seeds
from tests.fuzz.examination import Examination, Failed
from tests.held_clock import HeldClock

PARTS = {"protocol": seeds.protocol, "pages": seeds.pages}
LONGEST = 12_000  # bytes
GARBAGE = (1_000, 20, 100)  # there is little and soon: an input leaves nothing to the next one
BLIND = 0.1  # of the inputs are changed by libFuzzer, which knows nothing of requests


def run(part: str, folder: Path, findings: Path, options: list[str]) -> None:
    """Does not come back: libFuzzer ends the process, with 0 when all was well. The input that
    failed is in `findings` then."""
    with _world(folder) as world:
        examination = Examination(world)

        def one(data: bytes) -> None:
            examination.examine(data)

        def another(data: bytes, longest: int, seed: int) -> bytes:
            random = Random(seed)
            if random.random() < BLIND:
                return bytes(atheris.Mutate(data, longest))
            for _ in range(random.choice((1, 1, 1, 2, 3))):
                data = mutations.mutated(data, random, world.forged)
            return data[:longest]

        corpus = _written(PARTS[part](world.app), folder / "corpus")
        options += [f"-artifact_prefix={findings}/{part}-", f"-max_len={LONGEST}"]
        options += ["-len_control=0", "-timeout=30", str(corpus)]
        atheris.Setup([sys.argv[0], *options], one, custom_mutator=another)
        atheris.Fuzz()


def replay(path: Path) -> int:
    """0 when the input is answered as it should be; else 1, and says what is wrong."""
    with tempfile.TemporaryDirectory() as folder, _world(Path(folder)) as world:
        try:
            answer = Examination(world).examine(path.read_bytes())
        except Failed as failure:
            print(failure)
            return 1
    print(f"answered with {answer.status}, as it should be")
    return 0


@contextmanager
def _world(folder: Path) -> Iterator[World]:
    with HeldClock().drive():
        world = World(folder)
        hurry.keep_what_is_there()
        gc.set_threshold(*GARBAGE)
        try:
            yield world
        finally:
            world.close()


def _written(texts: list[bytes], folder: Path) -> Path:
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:03}").write_bytes(text)
    return folder

"""Many letters typeset in a process of their own, which takes the memory with it when it ends: what
typesetting has once used stays with its process."""

import json
import subprocess
import sys
from collections.abc import Sequence

from idp.messages.letter.content import LetterContent
from idp.messages.letter.render import render_all


class NotTypeset(Exception):
    """The process ended without a PDF; nothing of the letters is in the message."""


def render_apart(letters: Sequence[LetterContent]) -> bytes:
    """One PDF of at least one letter, a page each. Raises NotTypeset."""
    text = json.dumps([letter.to_json() for letter in letters])
    command = [sys.executable, "-m", "idp.messages.letter.apart"]
    # What it would say of an error could quote a letter.
    done = subprocess.run(
        command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        raise NotTypeset(f"typesetting ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    sent = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(render_all([LetterContent.from_json(each) for each in sent]))

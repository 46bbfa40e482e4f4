"""Where a letter's PDF is put: a file for its owner's eyes."""

import os
from pathlib import Path

from idp.directory.refusal import Refusal

OWNER_READS_AND_WRITES = 0o600


class CannotWriteLetter(Refusal):
    """There is no place for the letter, or something lies there."""


def prepare(file: Path | None, folder: Path) -> None:
    """See that the letter can be written, before the password in it takes effect. Raises
    CannotWriteLetter."""
    if file is not None and file.exists():
        raise CannotWriteLetter(f"{file} exists; a letter overwrites nothing.")
    target = file.parent if file else folder
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWriteLetter(f"{target} cannot be made: {error.strerror}.") from error
    if not os.access(target, os.W_OK | os.X_OK):
        raise CannotWriteLetter(f"{target} cannot be written to.")


def write(letter: bytes, file: Path | None, folder: Path, login_identifier: str) -> Path:
    """Put the letter into `file`, or into `folder` under the login identifier, where it takes
    the place of an older one. Returns where it lies. Raises CannotWriteLetter."""
    target = file or default(folder, login_identifier)
    try:
        put(target, letter)
    except OSError as error:
        raise CannotWriteLetter(
            f"The letter could not be written to {target}: {error.strerror}.",
            f"The account is there: `idp holders reletter {login_identifier}` makes a new one.",
        ) from error
    return target


def default(folder: Path, login_identifier: str) -> Path:
    return folder / f"{login_identifier}.pdf"


def put(target: Path, content: bytes) -> None:
    """Never half a file, never one that others may read, in the place of an older one. Raises
    OSError."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_READS_AND_WRITES)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        draft.replace(target)
    except OSError:
        draft.unlink(missing_ok=True)
        raise

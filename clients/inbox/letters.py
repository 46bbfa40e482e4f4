"""The letter box: the PDF files that the provider's letters become."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Letter(NamedTuple):
    """`written_at` in Unix seconds."""

    name: str
    written_at: float


def letters(directory: Path) -> list[Letter]:
    """Newest first; empty when nothing has been written yet."""
    try:
        found = [Letter(path.name, path.stat().st_mtime) for path in directory.glob("*.pdf")]
    except OSError:
        return []
    return sorted(found, key=lambda letter: letter.written_at, reverse=True)

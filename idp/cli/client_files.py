"""Registration documents in files, JSON or TOML: read with the line of each member, and written."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from idp.directory.client_files import Applied, BadFiles, Outcome
from idp.directory.refusal import Refusal

SHOWN_ONCE = "(shown once: keep it now)"
LONGEST_VALUE = 200
WORDS = {
    Outcome.CREATED: ("created", "would be created"),
    Outcome.CHANGED: ("changed", "would be changed"),
    Outcome.UNCHANGED: ("unchanged", "unchanged"),
    Outcome.DISABLED: ("disabled: no file names it", "would be disabled: no file names it"),
}


@dataclass(frozen=True)
class File:
    name: str
    text: str
    document: Any

    def where(self, problem: str) -> str:
        """`name:line: problem`, with the line on which the problem's member stands."""
        member = re.match(r"\w+", problem)
        key = member and re.search(rf'^\s*\{{?\s*"?{member[0]}"?\s*[:=]', self.text, re.MULTILINE)
        if not key:
            return f"{self.name}: {problem}"
        return f"{self.name}:{self.text.count(chr(10), 0, key.end()) + 1}: {problem}"


def read(folder: Path) -> list[File]:
    """All that is in a folder, by name; what begins with a dot is not looked at. Raises Refusal
    with every problem: a file of another kind would be forgotten in silence."""
    files, problems = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        try:
            files.append(_read(path))
        except (ValueError, RecursionError, OSError) as error:
            problems.append(f"{path.name}: {error}")
    if problems:
        raise Refusal(*problems)
    return files


def _read(path: Path) -> File:
    if path.suffix not in {".json", ".toml"}:
        raise ValueError("is neither .json nor .toml")
    text = path.read_text("utf-8")
    if path.suffix == ".toml":
        return File(path.name, text, tomllib.loads(text))
    return File(path.name, text, json.loads(text, object_pairs_hook=_each_once))


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Of a member that is there twice, JSON's readers take one, and each another."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members


def explained(files: Sequence[File], refusal: BadFiles) -> Refusal:
    """The same with lines."""
    by_name = {file.name: file for file in files}
    return Refusal(*(by_name[place].where(problem) for place, problem in refusal.found))


def write(folder: Path, documents: Mapping[str, Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for client_id, document in documents.items():
        text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
        (folder / f"{client_id}.json").write_text(f"{text}\n", "utf-8")


def tell(done: Sequence[Applied], *, dry_run: bool) -> None:
    """A line for each application, and below it what is different."""
    for one in done:
        words = WORDS[one.outcome][dry_run]
        also = " (and is disabled)" if one.is_disabled and one.outcome != Outcome.DISABLED else ""
        click.echo("  ".join(filter(None, (one.place, one.client_id, f"{words}{also}"))))
        for name, (old, new) in one.differences.items():
            click.echo(f"    {name}: {_shown(old)} → {_shown(new)}")
        if one.client_secret and not dry_run:
            click.echo(f"    client_secret  {one.client_secret}  {SHOWN_ONCE}")
    if not done:
        click.echo("There is no file, and nothing was done.")


def _shown(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"

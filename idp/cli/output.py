"""How commands print: JSON for machines, aligned lines for people."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


def emit_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def emit_fields(fields: Mapping[str, str | None]) -> None:
    """`label  value` lines, the values under each other; what is None is left out."""
    width = max(map(len, fields))
    for label, value in fields.items():
        if value is not None:
            click.echo(f"{label:<{width}}  {value}")


def emit_table(rows: Sequence[Sequence[str]]) -> None:
    """The first row is the head; columns stand under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(size) for cell, size in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def duration(seconds: int) -> str:
    """The whole part in the largest unit: `2 h`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def moment(timestamp: int | None) -> str | None:
    """A timestamp in seconds as `2026-11-22 14:32 UTC`."""
    if timestamp is None:
        return None
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")

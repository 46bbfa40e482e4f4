"""How commands print: JSON for machines, aligned lines for people."""

import json
from collections.abc import Mapping
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


def moment(timestamp: int | None) -> str | None:
    """A timestamp in seconds as `2026-11-22 14:32 UTC`."""
    if timestamp is None:
        return None
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")

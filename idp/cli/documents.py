"""The `--from FILE` of registrations."""

from pathlib import Path
from typing import Any

import click
import orjson

from idp.directory.documents import InvalidMetadata

from_file = click.option(
    "--from",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Registration document, JSON (RFC 7591).",
)
update = click.option(
    "--update", is_flag=True, help="Replace the registration if there is one; the secret stays."
)


def read(file: Path) -> Any:
    """The parsed document. Raises InvalidMetadata when it is not JSON in UTF-8."""
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InvalidMetadata(f"{file} is not JSON: {error}") from error

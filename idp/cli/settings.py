"""`idp settings`."""

from typing import Any

import click
from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from sqlalchemy import make_url

from idp.cli.context import Context
from idp.config import Settings

HEADER = """\
# Settings

Set in the environment, or in the file that `IDP_SETTINGS_FILE` names (lines `IDP_NAME=value`).
All are checked at start: every problem is said at once, and the process ends with code 2.
Durations are in seconds. `idp secrets` makes the three lists of keys, without which nothing
starts; `idp settings` prints what is in force, secrets masked.

This page is made by `idp settings --markdown`.

| Setting | Default | Why |
|---|---|---|"""


@click.command()
@click.option("--markdown", is_flag=True, help="The documentation of all settings.")
@click.pass_obj
def settings(context: Context, markdown: bool) -> None:
    """Print the settings in force, secrets masked, each with its reason."""
    if markdown:
        click.echo(HEADER)
        for name, field in Settings.model_fields.items():
            click.echo(f"| `{_variable(name)}` | {_default(field.default)} | {field.description} |")
        return
    values = context.settings
    for name, field in Settings.model_fields.items():
        click.echo(f"{_variable(name)} = {_in_force(name, getattr(values, name))}")
        click.echo(f"    {field.description}")


def _variable(name: str) -> str:
    return f"IDP_{name.upper()}"


def _in_force(name: str, value: Any) -> str:
    if name == "database_url" and value:
        return make_url(value).render_as_string(hide_password=True)
    return _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else "(not set)"
    return str(value).replace("\n", "\\n")


def _default(value: Any) -> str:
    if isinstance(value, SecretStr) or value is PydanticUndefined:
        value = ""
    text = _shown(value)
    return f"`{text}`" if text else "–"

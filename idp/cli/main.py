"""The group of all commands. A command's module is imported when the command is used."""

import os
import sys
from importlib import import_module
from typing import Any

import click

from idp.cli.context import Context
from idp.config import SettingsError
from idp.directory.refusal import Refusal

COMMANDS = {
    "audit": "idp.cli.audit:audit",
    "clients": "idp.cli.clients:clients",
    "dashboard": "idp.cli.dashboard:dashboard",
    "demo": "idp.cli.demo:demo",
    "holders": "idp.cli.holders:holders",
    "initial-tokens": "idp.cli.initial_tokens:initial_tokens",
    "ins-c": "idp.cli.ins_c:ins_c",
    "keys": "idp.cli.keys:keys",
    "messages": "idp.cli.messages:messages",
    "migrate": "idp.cli.migrate:migrate",
    "operators": "idp.cli.operators:operators",
    "organisations": "idp.cli.organisations:organisations",
    "purge": "idp.cli.purge:purge",
    "resources": "idp.cli.resources:resources",
    "secrets": "idp.cli.secrets:secrets",
    "serve": "idp.cli.serve:serve",
    "settings": "idp.cli.settings:settings",
    "worker": "idp.cli.worker:worker",
}
REFUSED, UNUSABLE = 1, 2
OWNER_ONLY = 0o077
NO_DATABASE = "The database does not answer or lacks tables; `idp migrate` makes them."


class Doors(click.Group):
    """Turns what a verb refuses into lines on stderr and an exit code, never into a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            _complain(error.problems)
            ctx.exit(UNUSABLE)
        except Refusal as refusal:
            _complain(refusal.problems)
            ctx.exit(REFUSED)
        except Exception as error:
            reason = _of_the_database(error)
            if reason is None:
                raise
            _complain([NO_DATABASE, reason])
            ctx.exit(REFUSED)


@click.group(cls=Doors, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """The identity provider of the Dossier Médical Partagé."""
    # Databases, letters, logs: what is written here is nobody else's to read.
    before = os.umask(OWNER_ONLY)
    ctx.call_on_close(lambda: os.umask(before))
    ctx.obj = ctx.obj or Context()


def _complain(lines: "list[str] | tuple[str, ...]") -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _of_the_database(error: Exception) -> str | None:
    """The driver's own sentence, without the statement's values; None for any other error."""
    from sqlalchemy.exc import OperationalError, ProgrammingError  # needed here alone, and slow

    if not isinstance(error, OperationalError | ProgrammingError):
        return None
    return str(error.orig).partition("\n")[0]

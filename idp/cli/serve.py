"""`idp serve`."""

import os

import click
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer
from sqlalchemy.engine import make_url

from idp.cli import ports
from idp.cli.context import Context
from idp.cli.repository import ROOT
from idp.config import Settings, SettingsError

TARGET = "wsgi:app"
THREADS = {"sqlite": 20, "postgresql": 8}
GRACE = 10  # seconds that requests under way are given at the end


@click.command()
@click.pass_obj
def serve(context: Context) -> None:
    """Serve until SIGTERM or SIGINT: one process for each core, several threads in each."""
    settings = context.settings
    host, port = settings.listen_host, settings.listen_port
    reason = ports.why_not(host, port)
    if reason:
        raise SettingsError([f"IDP_LISTEN_PORT: nobody can listen at {host} port {port}: {reason}"])
    _server(settings).serve()


def _engine(settings: Settings) -> str:
    return make_url(settings.effective_database_url).get_backend_name()


def _server(settings: Settings) -> MPServer:
    """Every choice is a setting or has its reason here."""
    return MPServer(
        TARGET,
        working_dir=ROOT,
        address=settings.listen_host,
        port=settings.listen_port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.workers or len(os.sched_getaffinity(0)),
        blocking_threads=settings.threads or THREADS[_engine(settings)],
        # One that is killed (memory) is replaced; one that cannot even start ends the server.
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        # The application writes its own log, without identifiers of persons.
        log_access=False,
        log_level=LogLevels.warning,
    )

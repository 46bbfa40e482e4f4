"""The provider as it is deployed: its settings, its migrations, its processes, nginx in front."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance import certificates, places
from idp import audit, clock
from idp.cli import ports
from idp.cli.supervisor import Program, Supervisor
from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Database
from idp.directory import holders, key_rotation, keys, organisations
from idp.directory.enrolment import Enrolment
from idp.factors.hashing import Hasher
from idp.models import Account, AccountState

HOST = "127.0.0.1"
IDP = [sys.executable, "-m", "idp"]
PASSWORD = "horloge-verger-matin-bleu"
SOMEBODY = Enrolment(
    birth_name="Martin",
    first_names=("Marie Christine",),
    birth_date="1977-01-31",
    sex="F",
    birth_place="18033",
    birth_place_name="Bourges",
    nir="2 77 01 66 828 426",
    address=("12 rue des Tilleuls", "18000 BOURGES"),
    organisation="Cnam du Cher",
    mail="mc.martin@exemple.fr",
    mobile="+33 6 39 98 12 42",
)


def settings(folder: Path, authority: Path) -> dict[str, str]:
    """A deployment's, and what the suite needs and production forbids."""
    secrets = {f"IDP_{name}_KEYS": f"k1:{new_secret()}" for name in ("SEALING", "MAC", "INDEX")}
    return {
        "IDP_ISSUER": places.ISSUER,
        "IDP_VAR": str(folder),
        "IDP_PROXY_HOPS": "1",
        "IDP_LISTEN_PORT": str(places.PROVIDER_UPSTREAM),
        "IDP_WORKERS": "1",
        **secrets,
        # docs/conformance.md says of each why.
        "IDP_FETCH_CA_FILE": str(authority),
        "IDP_FETCH_PRIVATE": "127.0.0.0/8",
        "IDP_REGISTRATION": "open",
        "IDP_REGISTRATIONS_PER_ADDRESS": "10000",
        "IDP_REGISTRANTS_BY_PASSWORD": "true",
        "IDP_REGISTRANTS_WITHOUT_PKCE": "true",
        "IDP_IMPLICIT": "true",
        "IDP_CLIENT_ASSERTION_AT_TOKEN_ENDPOINT": "true",
    }


@dataclass(frozen=True)
class Deployment:
    """`identifier` is that of the one person who has an account there."""

    database: Database
    settings: Settings
    identifier: str
    authority: Path

    def rotate_keys(self) -> None:
        """What `idp keys rotate` does; the old keys are still published. The suite can compare new
        keys of these algorithms alone."""
        with self.database.writing() as session:
            for alg in ("RS256", "PS256", "ES256"):
                key_rotation.rotate(
                    session, self.settings, alg, immediately=False, actor="operator"
                )


@contextmanager
def running(suite_upstream: int) -> Iterator[Deployment]:
    """Started afresh, and ended with the block."""
    _check_ports()
    folder = places.FOLDER / "provider"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    hosts = [places.PROVIDER_HOST, places.SUITE_HOST]
    authority = certificates.ensure(places.FOLDER / "tls", hosts)
    _adopt(settings(folder, authority))
    subprocess.run([*IDP, "migrate"], cwd=places.ROOT, check=True)
    loaded = Settings()
    database = Database(loaded.effective_database_url, loaded.keyring)
    identifier = _enrol(database, loaded)
    supervisor = Supervisor()
    with supervisor.running():
        for program in _programs(folder / "log", suite_upstream):
            supervisor.start(program)
        if not supervisor.wait_until_ready():
            raise SystemExit("asked to end")
        # From here on Ctrl-C ends the run, and with it the children.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield Deployment(database, loaded, identifier, authority)
    database.dispose()


def _check_ports() -> None:
    """Of two runs at once, the second would test the first one's provider."""
    for port in (places.PROVIDER_PORT, places.PROVIDER_UPSTREAM, places.SUITE_PORT):
        reason = ports.why_not(HOST, port)
        if reason:
            raise SystemExit(f"{HOST}:{port}: {reason}")


def _adopt(environment: dict[str, str]) -> None:
    """This process and its children have these settings, and none of the person's own."""
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        del os.environ[name]
    os.environ.update(environment)


def _programs(log: Path, suite_upstream: int) -> list[Program]:
    ready_at = f"http://{HOST}:{places.PROVIDER_UPSTREAM}/readyz"
    commands: dict[str, tuple[list[str], str | None]] = {
        "serve": ([*IDP, "serve"], ready_at),
        "worker": ([*IDP, "worker"], None),
        "nginx": (_nginx(suite_upstream), None),
    }
    return [
        Program(name, command, os.environ, answers_at, log / f"{name}.log", places.ROOT)
        for name, (command, answers_at) in commands.items()
    ]


def _enrol(database: Database, loaded: Settings) -> str:
    """Somebody whose account is active, as if the letter had come and the codes been typed."""
    with database.writing() as session:
        keys.ensure_signing_keys(session, actor="operator")
        organisations.create(
            session,
            name=SOMEBODY.organisation,
            city="Bourges",
            address=("18000 BOURGES",),
            actor="operator",
        )
    enrolled = holders.enrol(database, loaded, SOMEBODY, actor="operator")
    hashed, now = Hasher(loaded).hash(PASSWORD), clock.now()
    with database.writing() as session:
        account = session.get_one(Account, enrolled.account_id)
        account.state, account.password_hash = AccountState.ACTIVE, hashed
        account.activated_at = account.password_changed_at = now
        for channel in account.channels:
            channel.verified_at = now
        audit.record(session, "account.activated", actor="operator", account_id=account.id)
    return enrolled.login_identifier


def _nginx(suite_upstream: int) -> list[str]:
    folder = places.FOLDER / "nginx"
    folder.mkdir(exist_ok=True)
    text = (Path(__file__).parent / "nginx.conf").read_text("utf-8")
    for name, value in {
        "folder": folder,
        "tls": places.FOLDER / "tls",
        "provider_host": places.PROVIDER_HOST,
        "provider_port": places.PROVIDER_PORT,
        "provider_upstream": places.PROVIDER_UPSTREAM,
        "suite_host": places.SUITE_HOST,
        "suite_port": places.SUITE_PORT,
        "suite_upstream": suite_upstream,
    }.items():
        text = text.replace(f"{{{name}}}", str(value))
    (folder / "nginx.conf").write_text(text, "utf-8")
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]

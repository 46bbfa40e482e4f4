"""Apache with mod_auth_openidc as Debian builds them: an ordinary process, with nothing of the
system's configuration."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.integrate.application import Guide, running

APACHE = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
# What Debian's Apache has by default, and what a2enmod enables because another one needs it.
DEFAULT = ["mpm_event", "authn_core", "authz_core", "authz_user", "proxy"]


@contextmanager
def apache(guide: Guide, environment: dict[str, str]) -> Iterator[None]:
    """Serves the guide's virtual host at its origin."""
    # Whoever it runs as cannot enter pytest's folders.
    with TemporaryDirectory(prefix="idp-apache-", dir="/tmp") as folder:
        owner = "www-data" if os.geteuid() == 0 else None
        if owner:
            shutil.chown(folder, owner, owner)
        configuration = Path(folder) / "apache.conf"
        configuration.write_text(_configuration(guide), "utf-8")
        command = [APACHE, "-d", folder, "-f", str(configuration), "-D", "FOREGROUND"]
        groups: list[str] | None = [] if owner else None
        with running(command, guide, env=environment, user=owner, group=owner, extra_groups=groups):
            yield


def _configuration(guide: Guide) -> str:
    """Paths are relative to the folder that it is started in."""
    enabled = DEFAULT + guide.block("sh", "a2enmod").partition("a2enmod ")[2].split()
    lines = [f"LoadModule {name}_module {MODULES / f'mod_{name}.so'}" for name in enabled]
    lines += [f"Listen 127.0.0.1:{guide.port}", f"ServerName {guide.origin}", "PidFile pid"]
    lines += ["ErrorLog log", "DefaultRuntimeDir .", guide.block("apache", "OIDCRedirectURI")]
    return "\n".join(lines)

"""Where the two sides are. Both names have to lead to 127.0.0.1 (`/etc/hosts`)."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "conformance"

PROVIDER_HOST, PROVIDER_PORT, PROVIDER_UPSTREAM = "op.dmp.test", 8470, 8471
SUITE_HOST, SUITE_PORT, SUITE_UPSTREAM = "localhost.emobix.co.uk", 8443, 8080
ISSUER = f"https://{PROVIDER_HOST}:{PROVIDER_PORT}"
SUITE = f"https://{SUITE_HOST}:{SUITE_PORT}/"

# The suite answers for its clients under this name; one plan runs at a time.
ALIAS = "dmp"
AT_THE_SUITE = f"{SUITE}test/a/{ALIAS}"

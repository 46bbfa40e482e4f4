#!/bin/sh
# Run the tests. A browser, database, web server or npm that is missing is installed when root;
# otherwise the tests that need it are left out, in so many words. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."

has_shell() { command -v chromium-headless-shell >/dev/null; }
has_browser() { has_shell || [ -x /usr/bin/chromium ]; }
has_postgresql() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_apache() { [ -x /usr/sbin/apache2 ] && [ -f /usr/lib/apache2/modules/mod_auth_openidc.so ]; }
has_node() { command -v npm >/dev/null; }

marks=
leave_out() {
    echo "Left out: the tests marked \"$1\", for $2." >&2
    marks="${marks:+$marks and }not $1"
}
# need MARK PACKAGE: make sure of what the tests of this mark need, or leave them out.
need() {
    "has_$1" || .ci/apt.sh "$2" || true
    "has_$1" || leave_out "$1" "$2 is not installed (sudo apt-get install $2)"
}
# Chromium without windows, which are half of its work; with them it does too.
has_shell || .ci/apt.sh chromium-headless-shell || true
need browser chromium
need postgresql postgresql
need apache libapache2-mod-auth-openidc
need node npm
! has_node || .ci/node.sh || leave_out node "npm could not install the packages of tests/integrate/node"

# In the order of conftest.py: what takes long comes first, and not when all others are done.
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadfile --no-loadscope-reorder \
    -m "$marks" "$@"

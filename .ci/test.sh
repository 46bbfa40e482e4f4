#!/bin/sh
# Run the tests. A browser or a database that is missing is installed when root; otherwise the
# tests that need it are left out, in so many words. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."

has_chromium() { [ -x /usr/bin/chromium ]; }
has_postgresql() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

marks=
# need MARK PACKAGE: make sure of has_PACKAGE, or leave out the tests that carry the mark.
need() {
    "has_$2" || .ci/apt.sh "$2" || true
    "has_$2" && return
    echo "Left out: the tests marked \"$1\", for $2 is not installed (sudo apt-get install $2)." >&2
    marks="${marks:+$marks and }not $1"
}
need browser chromium
need postgresql postgresql

exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadfile -m "$marks" "$@"

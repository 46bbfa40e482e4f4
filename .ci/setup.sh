#!/bin/sh
# Fill .venv from the hashed locks; do nothing when they have not changed since the last time.
# Usage: .ci/setup.sh run|dev     dev is run plus what tests and lints need. PYTHON= chooses one.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
venv=.venv

# A moved checkout must start again: a virtual environment has its own path written in it.
fingerprint() {
    pwd
    cksum "requirements/$1.lock" requirements/build.lock
}

in_place() {
    [ -x "$venv/bin/idp" ] && [ -f "$venv/$1.stamp" ] &&
        [ "$(fingerprint "$1")" = "$(cat "$venv/$1.stamp")" ]
}

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
complete() { "$1" -c 'import venv; from ensurepip import bootstrap' >/dev/null 2>&1; }

# The name of the first Python that is recent, and has venv if any of them has. The system's before
# a version manager's: distributions build theirs optimised by profile, a fifth faster here.
find_python() {
    without_venv=
    for python in ${PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11 python3.14}; do
        recent "$python" || continue
        if complete "$python"; then
            echo "$python"
            return
        fi
        without_venv=${without_venv:-$python}
    done
    echo "$without_venv"
}

refuse() {
    echo "$*" >&2
    exit 1
}

choose_python() {
    python=$(find_python)
    if [ -z "$python" ]; then
        .ci/apt.sh python3 python3-venv || true
        python=$(find_python)
    elif ! complete "$python"; then
        .ci/apt.sh "$(basename "$python")-venv" || true
    fi
    [ -n "$python" ] || refuse "Python 3.11 or later is needed (here: $(python3 --version 2>&1 ||
        true)). On Debian 12 or later, Ubuntu 24.04 or later: sudo apt-get install python3 python3-venv"
    complete "$python" ||
        refuse "$python has no venv module. Type: sudo apt-get install $(basename "$python")-venv"
}

make_venv() {
    moved=$(cat "$venv"/*.stamp 2>/dev/null | grep '^/' | grep -Fxv "$(pwd)" || true)
    if [ -z "$moved" ] && [ -x "$venv/bin/pip" ] && recent "$venv/bin/python"; then
        return
    fi
    choose_python
    "$python" -m venv --clear "$venv"
}

# setuptools warns of editable installations as such: nothing to be done about it.
pip_install() {
    PYTHONWARNINGS=ignore "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --no-deps --no-compile "$@"
}

if in_place "$wanted" || { [ "$wanted" = run ] && in_place dev; }; then
    exit 0
fi
make_venv
echo "Installing the locked dependencies ($wanted) into $venv: a minute or so, this once." >&2
rm -f "$venv"/*.stamp
pip_install --require-hashes -r requirements/build.lock -r "requirements/$wanted.lock"
pip_install --no-build-isolation --editable .
# pip compiles one file at a time; some packages hold templates that are not quite Python.
"$venv/bin/python" -m compileall -q -j 0 "$venv/lib" >/dev/null 2>&1 || true
fingerprint "$wanted" >"$venv/$wanted.stamp"

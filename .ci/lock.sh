#!/bin/sh
# Pin and hash every dependency of pyproject.toml in requirements/. Arguments go to uv:
#   make lock ARGS=--upgrade          everything        make lock ARGS="--upgrade-package flask"
set -eu
cd "$(dirname "$0")/.."
if [ -x .venv/bin/uv ]; then uv=.venv/bin/uv; else uv=$(command -v uv) || {
    echo "make lock needs uv. Type: pip install uv" >&2
    exit 1
}; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Dependencies of our dependencies that we do without: the design system is used for its static
# files alone, and imports without Django; the font package carries its own file.
cat >"$scratch/overrides.txt" <<'OVERRIDES'
django ; python_version < "3"
django-widget-tweaks ; python_version < "3"
fontpkg ; python_version < "3"
OVERRIDES

header="# Made by 'make lock' from pyproject.toml: every version pinned, every file hashed."

# compile NAME INPUT...: uv keeps the versions that requirements/NAME.lock already has.
compile() {
    name=$1
    shift
    cp "requirements/$name.lock" "$scratch/$name.lock" 2>/dev/null || true
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --override "$scratch/overrides.txt" --output-file "$scratch/$name.lock" "$@"
    { echo "$header"; cat "$scratch/$name.lock"; } >"requirements/$name.lock"
    echo "requirements/$name.lock: $(grep -c '==' "requirements/$name.lock") packages"
}

sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml >"$scratch/build-system.txt"
compile build "$scratch/build-system.txt" --no-annotate "$@"
compile run pyproject.toml "$@"
compile dev pyproject.toml --group dev "$@"

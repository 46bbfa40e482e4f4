#!/bin/sh
# Install Debian packages without a question. Fails when not root, without apt, or when apt fails.
# Usage: .ci/apt.sh PACKAGE...
set -eu
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 1
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing from the distribution: $*" >&2
apt() { apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1; }
{ apt update && apt install -y --no-install-recommends "$@"; } || {
    tail -n 5 "$log" >&2
    exit 1
}

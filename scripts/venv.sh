#!/usr/bin/env bash
# Makes .venv with the locked dependencies and the project itself (editable). Safe to run again at any time.
# PYTHON names the interpreter to use; otherwise the first Python >= 3.11 that can make environments is taken.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/debian.sh

usable() { # PYTHON -> true when it is new enough
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

can_make_venv() {
  usable "$1" && "$1" -c 'import ensurepip, venv' 2>/dev/null
}

find_python() {
  local name
  for name in ${PYTHON:-python3.11 python3.12 python3.13 python3 /usr/bin/python3}; do
    if can_make_venv "$name"; then
      echo "$name"
      return
    fi
  done
  return 1
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  if ! python=$(find_python); then
    usable "${PYTHON:-python3}" || fail "Python 3.11 or newer is needed and none was found. Install it, or name it: make PYTHON=/path/to/python3 .venv"
    is_debian_root || fail "This Python cannot make virtual environments. As root: apt-get install python3-venv"
    say "Installing python3-venv"
    apt_install python3-venv
    python=$(find_python) || fail "python3-venv is installed, but ${PYTHON:-python3} still cannot make virtual environments."
  fi
  say "Making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1
say "Installing the locked dependencies (the first time takes about a minute)"
.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .

if ! .venv/bin/python -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null; then
  is_debian_root || fail "The embedded model needs the OpenMP runtime, libgomp.so.1. As root: apt-get install libgomp1"
  say "Installing libgomp1, which the embedded model needs"
  apt_install libgomp1
fi

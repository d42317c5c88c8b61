# Shared by the set-up scripts (sourced, not run): messages, and packages on Debian and its relatives.

say() { echo "==> $*" >&2; }

fail() {
  echo "error: $*" >&2
  exit 3
}

is_debian_root() {
  [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null
}

apt_install() { # PACKAGE...
  export DEBIAN_FRONTEND=noninteractive
  # One foreign source that does not answer must not stop a package that another source has.
  apt-get update -qq || say "Some package sources did not answer; going on with the others"
  apt-get install -y -qq --no-install-recommends "$@" >&2
}

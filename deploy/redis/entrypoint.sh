#!/bin/sh
# As root: give the data folder to redis and become redis, then run the command.
set -eu
umask 0077
if [ "$(id -u)" = 0 ] && [ "${1:-}" = redis-server ]; then
  chown redis:redis /data
  exec setpriv --reuid=redis --regid=redis --init-groups -- "$@" --protected-mode no
fi
exec "$@"

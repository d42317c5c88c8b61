#!/bin/sh
# As root: give the data folder to postgres and start again as postgres. As postgres: make the cluster and the
# database once, then run the command.
set -eu

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chown postgres:postgres "$PGDATA" /run/postgresql
  chmod 0700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- sh "$0" "$@"
fi

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

make_cluster() {
  : "${POSTGRES_PASSWORD:?POSTGRES_PASSWORD must be set}"
  secret=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" > "$secret"
  initdb --username="$user" --pwfile="$secret" --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 \
    --locale=C.UTF-8 > /dev/null
  rm -f "$secret"
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  if [ "$database" != postgres ]; then
    pg_ctl --wait --silent --options="-c listen_addresses=''" start
    createdb --username="$user" "$database"
    pg_ctl --wait --silent --mode=fast stop
  fi
}

[ -s "$PGDATA/PG_VERSION" ] || make_cluster
if [ "${1:-}" = postgres ]; then
  shift
  exec postgres -c "listen_addresses=*" "$@"
fi
exec "$@"

#!/usr/bin/env bash
# engine.sh start: sees to a Docker engine.  engine.sh stop: ends the one that `start` started, and no other.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/debian.sh

state=${RUNARENA_ENGINE_STATE:-/run/runarena}
pid_file=$state/dockerd.pid
log_file=$state/dockerd.log
wait_seconds=60

reachable() {
  .venv/bin/python -c 'import docker; docker.from_env(timeout=5).ping()' >/dev/null 2>&1
}

is_ours() { # true while the engine named in the pid file is alive
  [ -s "$pid_file" ] && [ "$(cat "/proc/$(cat "$pid_file")/comm" 2>/dev/null)" = dockerd ]
}

wait_until_reachable() { # SECONDS
  local deadline=$((SECONDS + $1))
  until reachable; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.5
  done
}

run_engine() {
  if [ -d /run/systemd/system ] && systemctl start docker.service; then
    say "Started the Docker service; stop it with: systemctl stop docker"
    return
  fi
  mkdir -p "$state"
  # live-restore: running sandboxes outlive an engine that is restarted.
  # A stale pid file stops dockerd from starting when its number has been given to another process.
  is_ours || rm -f "$pid_file"
  local containerd=/var/run/docker/containerd/containerd.pid
  if [ -s "$containerd" ] && [ "$(cat "/proc/$(cat "$containerd")/comm" 2>/dev/null)" != containerd ]; then
    rm -f "$containerd"
  fi
  setsid dockerd --live-restore --pidfile "$pid_file" >"$log_file" 2>&1 </dev/null &
  say "Started dockerd (log: $log_file); stop it with: make engine-stop"
}

start() {
  if reachable; then
    say "A Docker engine answers at ${DOCKER_HOST:-the default socket}"
    return
  fi
  [ -z "${DOCKER_HOST:-}" ] || fail "No Docker engine answers at DOCKER_HOST=$DOCKER_HOST. Start it, or unset DOCKER_HOST."
  if ! command -v dockerd >/dev/null; then
    is_debian_root || fail "No Docker engine answers at the default socket. Install one (Debian, Ubuntu: apt-get install docker.io), start it, or set DOCKER_HOST."
    say "Installing docker.io"
    apt_install docker.io iptables
    wait_until_reachable 3 && return
  fi
  [ "$(id -u)" = 0 ] || fail "Docker is installed, but no engine answers. Start it as root (systemctl start docker), or join the docker group."
  run_engine
  if ! wait_until_reachable "$wait_seconds"; then
    tail -n 5 "$log_file" >&2 2>/dev/null || true
    fail "The Docker engine did not answer within $wait_seconds s."
  fi
}

stop() {
  if ! is_ours; then
    say "No engine was started by make engine; nothing to stop"
    return
  fi
  local pid
  pid=$(cat "$pid_file")
  kill "$pid"
  local deadline=$((SECONDS + wait_seconds))
  while is_ours; do
    [ "$SECONDS" -lt "$deadline" ] || fail "dockerd (pid $pid) did not end within $wait_seconds s."
    sleep 0.2
  done
  rm -f "$pid_file"
  say "Stopped dockerd"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) fail "usage: scripts/engine.sh start|stop" ;;
esac

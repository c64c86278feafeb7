#!/bin/sh
# The first word names a service or the command line; it becomes the container's only process, so that signals reach it.
set -e
main="services/$1/src/main.ts"
case "$1" in
  */*) exec "$@" ;;
  lead-router) shift && exec node packages/cli/src/main.ts "$@" ;;
esac
# Batches are large and short-lived: with Node's default of 16 MiB much of each is copied as if it were to stay. One thread beside the main
# one for compiling and collecting is plenty, where many services share a machine.
if [ -f "$main" ]; then
  # The engine gives each container a name of its own; two instances must not share theirs.
  export INSTANCE_ID="${INSTANCE_ID:-$1-$(hostname)}"
  exec node --max-semi-space-size="${NODE_SEMI_SPACE_MB:-32}" --v8-pool-size="${NODE_POOL_THREADS:-1}" "$main"
fi
exec "$@"

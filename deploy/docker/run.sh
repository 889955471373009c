#!/bin/sh
# Runs the service of this container: all-in-one, which takes names of services as arguments, unless CORTEX_SERVICE says otherwise.
# Restart policies know no status that means "do not": on a wrong configuration (78) the container stays, unhealthy, with the
# reason as the end of its log, until somebody restarts it.
set -u
stopped=no
trap 'stopped=yes; kill -TERM "$child" 2>/dev/null' TERM INT
node --max-semi-space-size=1 "apps/${CORTEX_SERVICE}/dist/main.js" "$@" &
child=$!
wait "$child"
status=$?
# A signal ends the wait, not the service.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
if [ "$status" -eq 78 ] && [ "$stopped" = no ]; then
  echo "The configuration is wrong, see above; nothing runs. Correct it, then: docker compose restart" >&2
  sleep infinity &
  child=$!
  wait "$child"
fi
exit "$status"

#!/usr/bin/env bash
# Starts one Apicurio Registry 2.6 from Maven artefacts, in the foreground; its schemas are in DATA_DIR, so they outlive it.
# usage: start.sh PORT DATA_DIR      needs: java 17+, and mvn the first time
#   REGISTRY_LIB  folder of its files, filled when it is missing (default: in the temporary folder, kept between runs)
#   WATCH_PID=n   ends it and removes its data when that process is gone: it never outlives who started it
# It prints the registry's log; `Listening on` means that it answers. DATA_DIR/pid is the JVM's process id.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
port=$1; data=$2
lib=${REGISTRY_LIB:-${TMPDIR:-/tmp}/millrace-registry-2.6.13}

if [ ! -d "$lib" ]; then # into a folder of its own first: several may start at once
  fresh=$(mktemp -d "$lib.XXXXXX")
  mvn -q -B -f "$here/pom.xml" dependency:unpack -DoutputDirectory="$fresh" >&2
  if [ -d "$lib" ]; then rm -rf "$fresh"; else mv "$fresh" "$lib"; fi
fi

export QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=$port
export QUARKUS_DATASOURCE_JDBC_URL="jdbc:h2:file:$data/registry;DB_CLOSE_ON_EXIT=FALSE" QUARKUS_DATASOURCE_JDBC_MIN_SIZE=1 QUARKUS_DATASOURCE_JDBC_INITIAL_SIZE=1
java -Xmx320m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$lib"/apicurio-registry-app-*-runner.jar &
registry=$!
echo "$registry" > "$data/pid"
trap 'kill "$registry" 2>/dev/null' TERM INT
if [ -n "${WATCH_PID:-}" ]; then
  (while kill -0 "$WATCH_PID" && kill -0 "$registry"; do sleep 1; done
   kill -0 "$WATCH_PID" || { kill -9 "$registry"; rm -rf "$data"; }) < /dev/null > /dev/null 2>&1 &
fi
wait "$registry"

#!/usr/bin/env bash
# Starts one Apache Kafka 4.1 broker (KRaft, broker and controller in one) from Maven artefacts, in the foreground.
# usage: start.sh [PORT] [DATA_DIR] [CONTROLLER_PORT]      needs: java 17+, and mvn the first time
#   KEEP=1        uses an existing data folder again: the broker comes back with what it had
#   WATCH_PID=n   ends the broker and removes its data when that process is gone: it never outlives who started it
#   KAFKA_LIB     folder of the jars, filled when it is missing (default: in the temporary folder, kept between runs)
#   LISTENER      security protocol of the clients' listener (default: PLAINTEXT)
#   PROPERTIES    file of further broker properties
#   KAFKA_OPTS    options of the JVM (default: small and quick to start)
# It prints the broker's log; `Kafka Server started` means that it answers. DATA_DIR/pid is the JVM's process id.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
port=${1:-19092}; data=${2:-${TMPDIR:-/tmp}/millrace-kafka-$port}; controller=${3:-$((port + 1))}
lib=${KAFKA_LIB:-${TMPDIR:-/tmp}/millrace-kafka-jars-4.1.0}

if [ ! -d "$lib" ]; then # into a folder of its own first: several may start at once
  fresh=$(mktemp -d "$lib.XXXXXX")
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$fresh" >&2
  if [ -d "$lib" ]; then rm -rf "$fresh"; else mv "$fresh" "$lib"; fi
fi

if [ -z "${KEEP:-}" ]; then rm -rf "$data"; fi
mkdir -p "$data"
cat > "$data/server.properties" <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=CLIENT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=CLIENT://127.0.0.1:$port
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CLIENT:${LISTENER:-PLAINTEXT},CONTROLLER:PLAINTEXT
log.dirs=$data/logs
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=100
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
log.cleaner.backoff.ms=500
# Tests send records of any time; where retention matters, a topic says it.
log.retention.ms=-1
P
if [ -n "${PROPERTIES:-}" ]; then cat "$PROPERTIES" >> "$data/server.properties"; fi
[ -f "$data/logs/meta.properties" ] || java -cp "$lib/*" kafka.tools.StorageTool format -t 4L6g3nShT-eMCtK--X86sw -c "$data/server.properties" > "$data/format.log" 2>&1

java ${KAFKA_OPTS:--Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1} \
  -Dorg.slf4j.simpleLogger.logFile=System.out -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info \
  -cp "$lib/*" kafka.Kafka "$data/server.properties" &
broker=$!
echo "$broker" > "$data/pid"
trap 'kill "$broker" 2>/dev/null' TERM INT
if [ -n "${WATCH_PID:-}" ]; then
  (while kill -0 "$WATCH_PID" && kill -0 "$broker"; do sleep 1; done
   kill -0 "$WATCH_PID" || { kill "$broker"; while kill -0 "$broker"; do sleep 1; done; rm -rf "$data"; }) < /dev/null > /dev/null 2>&1 &
fi
wait "$broker"

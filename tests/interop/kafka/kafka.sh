#!/usr/bin/env bash
# One real Apache Kafka 4.1 broker (KRaft, combined mode) on loopback, for the interop tests.
#
#   kafka.sh start DIR [PORT]   fetch once, format once, start; prints HOST:PORT when the broker serves (default port 19092;
#                               PORT + 1 is the controller's)
#   kafka.sh stop  DIR          a clean end (SIGTERM)
#   kafka.sh kill  DIR          an end as by a power cut (SIGKILL); `start` brings it back with its data
#
# Needs java 17 or newer and mvn. The jars go to $SHLYUZ_CHECKERS or ~/.cache/shlyuz/checkers, data and log to DIR.
set -euo pipefail
readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
fail() { echo "kafka.sh: $*" >&2; exit 1; }

[[ $# -ge 2 ]] || usage
readonly verb=$1
mkdir -p "$2"
readonly dir=$(cd "$2" && pwd) port=${3:-19092}
readonly cache=${SHLYUZ_CHECKERS:-$HOME/.cache/shlyuz/checkers}
readonly jars=$cache/kafka-$(sha256sum < "$here/pom.xml" | cut -c1-12)

running() { [[ -f $dir/pid ]] && kill -0 "$(< "$dir/pid")" 2> /dev/null; }

fetch() {  # whole or not at all, whoever else is fetching
  [[ -d $jars ]] && return
  mkdir -p "$cache"
  (
    flock 9
    [[ -d $jars ]] && exit
    rm -rf "$jars.unfinished"
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$jars.unfinished" >&2
    mv "$jars.unfinished" "$jars"
  ) 9> "$cache/kafka.lock"
}

configure() {
  cat > "$dir/server.properties" << EOF
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:$((port + 1))
log.dirs=$dir/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
EOF
  [[ -d $dir/data ]] && return
  local id
  id=$(java -cp "$jars/*" kafka.tools.StorageTool random-uuid 2> "$dir/format.log" | tail -n 1)
  java -cp "$jars/*" kafka.tools.StorageTool format --standalone -t "$id" -c "$dir/server.properties" >> "$dir/format.log" 2>&1 \
    || { cat "$dir/format.log" >&2; fail "the data folder could not be formatted"; }
}

start() {
  running && fail "it runs already (pid $(< "$dir/pid"))"
  fetch
  configure
  setsid java -Xms256m -Xmx512m -XX:+UseSerialGC -cp "$jars/*" kafka.Kafka "$dir/server.properties" \
    > "$dir/broker.log" 2>&1 < /dev/null &
  echo $! > "$dir/pid"
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && { echo "127.0.0.1:$port"; return; }
    running || break
    sleep 0.2
  done
  tail -n 20 "$dir/broker.log" >&2
  fail "the broker did not come up"
}

end() {
  running || fail "it does not run"
  local pid tries
  pid=$(< "$dir/pid")
  kill "-$1" "$pid"
  for ((tries = 0; tries < 200; tries++)); do
    kill -0 "$pid" 2> /dev/null || { rm -f "$dir/pid"; return; }
    sleep 0.1
  done
  fail "it did not end within 20 s"
}

case $verb in
  start) start ;;
  stop) end TERM ;;
  kill) end KILL ;;
  *) usage ;;
esac

#!/usr/bin/env bash
# Nodes of Apache Kafka on loopback, for the end-to-end tests.
#
#   broker.sh fetch             gets the jars (Maven Central) into the cache, once; nothing else fetches or installs
#                               anything
#   broker.sh start DIR [PID [PORT]]
#                               starts a node with its data in DIR (made here), prints its bootstrap address and that
#                               of its encrypted listener, which lets in user `app` with password `correct horse`
#                               (PLAIN, SCRAM-SHA-512) or an unsigned token (OAUTHBEARER), and user `guest` with
#                               password `battery staple` (PLAIN), who may do nothing but what ACLs allow; its certificate is
#                               DIR/broker.pem, that of somebody else DIR/stranger.pem;
#                               when process PID ends, the node is stopped and DIR removed;
#                               with PORT prints the address of a third, open listener, which sends its clients to
#                               PORT: for a proxy that listens there
#   broker.sh cluster DIR PID   starts three nodes that keep everything three times, with their data in DIR/1 to DIR/3,
#                               prints their addresses; a node is told to crash, halt or resume by its own folder
#   broker.sh crash DIR         kills that node as a power cut would; its data stay
#   broker.sh halt DIR          stops it in order; its data stay
#   broker.sh resume DIR        starts it again on its data, at the same addresses
#   broker.sh stop DIR          stops that node and removes DIR
#   broker.sh tool CLASS ...    runs one of Kafka's own tools, such as org.apache.kafka.tools.TopicCommand
#
# The cache is $TRIAGE_TEST_KAFKA, by default target/kafka of the project. Needs Java 17 and, to fetch, Maven; `fetch`
# installs both with apt-get where that is allowed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${TRIAGE_TEST_KAFKA:-$here/../../target/kafka}
libs=$cache/libs
start_seconds=60
stop_seconds=20
# Of one node that is alone.
node_id=1
voters=
copies=1

fail() {
    echo "broker.sh: $*" >&2
    exit 1
}

# `need java` or `need mvn`: is there one that is new enough? If not, installs it if it may.
need() {
    usable "$1" && return
    local package=$2
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "broker.sh: installing $package with apt-get" >&2
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package"; } >&2 ||
            fail "apt-get could not install $package: install it by hand, the tests need a real broker"
    fi
    usable "$1" || fail "needs $1 (Debian and Ubuntu: apt-get install $package): install it and run the tests again"
}

usable() {
    command -v "$1" >/dev/null || return 1
    [ "$1" != java ] || [ "$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')" -ge 17 ]
}

fetch() {
    need java openjdk-17-jre-headless
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock -w 600 9 || fail "another process has held $cache/lock for ten minutes"
    if [ ! -e "$libs/complete" ]; then
        need mvn maven
        echo "broker.sh: fetching Apache Kafka into $libs with Maven" >&2
        rm -rf "$libs"
        mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$libs" >&2 ||
            fail "Maven could not get the jars of $here/pom.xml"
        touch "$libs/complete"
    fi
    exec 9>&-
}

# Whether all is there that a node needs.
ready() {
    [ -e "$libs/complete" ] && usable java || fail "Apache Kafka is not here yet: run \`tests/kafka/broker.sh fetch\`, then the tests again"
}

java_tool() {
    java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$libs/*" "$@"
}

# Whether something answers at this port of the loopback address.
answers() {
    (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port nobody answers at, below the range that outgoing connections use.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        answers "$port" || break
    done
    echo "$port"
}

# A key of its own and a certificate that signs itself, as NAME.p12 and NAME.pem in DIR.
certificate() {
    local store="$1/$2.p12"
    rm -f "$store"
    keytool -genkeypair -alias own -dname "CN=$2" -ext san=ip:127.0.0.1 -ext bc:c -keyalg EC -validity 30 \
        -keystore "$store" -storetype PKCS12 -storepass changeit 2>/dev/null &&
        keytool -exportcert -rfc -alias own -keystore "$store" -storepass changeit >"$1/$2.pem" 2>/dev/null
}

# Retention counts from the records' own time, and the tests' posts are old: nothing is ever deleted.
properties() {
    local client=$1 secure=$4 behind=$5 front=$6
    cat <<END
process.roles=broker,controller
node.id=$node_id
controller.quorum.voters=${voters:-1@127.0.0.1:$2}
listeners=PLAINTEXT://127.0.0.1:$client,CONTROLLER://127.0.0.1:$2,SASL_SSL://127.0.0.1:$secure,BEHIND://127.0.0.1:$behind
advertised.listeners=PLAINTEXT://127.0.0.1:$client,SASL_SSL://127.0.0.1:$secure,BEHIND://127.0.0.1:$front
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,BEHIND:PLAINTEXT
listener.name.sasl_ssl.ssl.keystore.location=$3/broker.p12
listener.name.sasl_ssl.ssl.keystore.type=PKCS12
listener.name.sasl_ssl.ssl.keystore.password=changeit
listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_app="correct horse" user_guest="battery staple";
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="app";
listener.name.sasl_ssl.oauthbearer.connections.max.reauth.ms=5000
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:app
log.dirs=$3/data
num.partitions=4
default.replication.factor=$copies
min.insync.replicas=$((copies / 2 + 1))
offsets.topic.replication.factor=$copies
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$copies
transaction.state.log.min.isr=$((copies / 2 + 1))
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
auto.create.topics.enable=false
log.retention.ms=-1
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
END
}

# Starts the node on four ports; fails if it ends before it answers (somebody else took a port).
try_start() {
    local dir=$1 client=$2 controller=$3 secure=$4 behind=$5 front=$6
    rm -rf "$dir/data"
    properties "$client" "$controller" "$dir" "$secure" "$behind" "$front" >"$dir/server.properties"
    java_tool kafka.tools.StorageTool format --ignore-formatted -t "$(java_tool kafka.tools.StorageTool random-uuid)" \
        -c "$dir/server.properties" --add-scram 'SCRAM-SHA-512=[name=app,password=correct horse]' >"$dir/format.log" 2>&1 || fail "could not format $dir: $(tail -n 3 "$dir/format.log")"
    launch "$dir" "$client"
}

# Starts the node whose properties are in DIR and waits until it answers at its port; fails if it ends before.
launch() {
    local dir=$1 client=$2
    setsid java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Xms256m -Xmx1g -cp "$libs/*" kafka.Kafka "$dir/server.properties" \
        >>"$dir/server.log" 2>&1 </dev/null &
    local pid=$!
    echo "$pid" >"$dir/pid"
    for _ in $(seq $((start_seconds * 10))); do
        kill -0 "$pid" 2>/dev/null || return 1
        if answers "$client"; then return 0; fi
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
    fail "the broker did not answer within $start_seconds seconds: $(tail -n 5 "$dir/server.log")"
}

resume() {
    local dir
    dir=$(cd "$1" && pwd)
    launch "$dir" "$(sed -n 's|^listeners=PLAINTEXT://[^:]*:\([0-9]*\),.*|\1|p' "$dir/server.properties")" ||
        fail "the broker ended at once: $(tail -n 5 "$dir/server.log")"
}

start() {
    local dir=$1 owner=${2:-} front=${3:-} client secure behind
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    certificate "$dir" broker && certificate "$dir" stranger || fail "keytool, which comes with Java, could not make a certificate"
    for _ in 1 2 3; do
        client=$(free_port)
        secure=$(free_port)
        behind=$(free_port)
        if try_start "$dir" "$client" "$(free_port)" "$secure" "$behind" "${front:-$behind}"; then
            if [ -n "$owner" ]; then
                setsid "$here/broker.sh" outlive "$dir" "$owner" >/dev/null 2>&1 </dev/null &
            fi
            echo "127.0.0.1:$client 127.0.0.1:$secure${front:+ 127.0.0.1:$behind}"
            return
        fi
    done
    fail "the broker ended at once, three times: $(tail -n 5 "$dir/server.log")"
}

# Starts three nodes in folders of DIR. The first answers only when a second is there, so all start at once.
cluster() {
    local dir=$1 owner=$2 uuid id starting=() clients=() controllers=()
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    uuid=$(java_tool kafka.tools.StorageTool random-uuid)
    for id in 1 2 3; do
        clients+=("$(free_port)")
        controllers+=("$(free_port)")
        voters="${voters:+$voters,}$id@127.0.0.1:${controllers[-1]}"
    done
    copies=3
    for node_id in 1 2 3; do
        local node=$dir/$node_id client=${clients[node_id - 1]}
        mkdir -p "$node"
        certificate "$node" broker || fail "keytool, which comes with Java, could not make a certificate"
        local behind
        behind=$(free_port)
        properties "$client" "${controllers[node_id - 1]}" "$node" "$(free_port)" "$behind" "$behind" >"$node/server.properties"
        java_tool kafka.tools.StorageTool format -t "$uuid" -c "$node/server.properties" >"$node/format.log" 2>&1 ||
            fail "could not format $node: $(tail -n 3 "$node/format.log")"
        launch "$node" "$client" &
        starting+=($!)
        setsid "$here/broker.sh" outlive "$node" "$owner" >/dev/null 2>&1 </dev/null &
    done
    for id in "${starting[@]}"; do wait "$id" || fail "a node ended at once: $(tail -n 5 "$dir"/*/server.log)"; done
    printf '127.0.0.1:%s ' "${clients[@]}"
}

# Stops the node of DIR when process PID has ended.
outlive() {
    # A node that is just being started has no number yet.
    while kill -0 "$2" 2>/dev/null && [ -e "$1/server.properties" ]; do sleep 0.5; done
    stop "$1"
}

# Whether the node of DIR runs; its number may have been given to another process since.
runs() {
    grep -qsF "$1/server.properties" "/proc/$(cat "$1/pid")/cmdline"
}

# Ends the process of the node of DIR by a signal, and by force if that is not enough.
end() {
    local pid
    pid=$(cat "$1/pid")
    runs "$1" || return 0
    kill "-$2" "$pid" 2>/dev/null || true
    for _ in $(seq $((stop_seconds * 10))); do
        runs "$1" || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}

stop() {
    [ -e "$1/pid" ] || return 0
    end "$1" TERM
    rm -rf "$1"
}

case ${1:-} in
fetch) fetch ;;
start) ready && start "${2:?DIR}" "${3:-}" "${4:-}" ;;
cluster) ready && cluster "${2:?DIR}" "${3:?PID}" ;;
outlive) outlive "${2:?DIR}" "${3:?PID}" ;;
crash) end "${2:?DIR}" KILL ;;
halt) end "${2:?DIR}" TERM ;;
resume) resume "${2:?DIR}" ;;
stop) stop "${2:?DIR}" ;;
tool) ready && shift && java_tool "$@" ;;
*) fail "usage: broker.sh fetch | start DIR [PID [PORT]] | crash|halt|resume|stop DIR | tool CLASS ..." ;;
esac

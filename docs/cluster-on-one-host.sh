#!/bin/sh
# Two name servers, two masters and a slave of each on one host, as conf/2m-2s-sync describes them.
#
#   sh cluster-on-one-host.sh start | stop
#
# BIN   folder of mqnamesrv and mqbroker; without it they are looked for on the PATH
# CONF  folder of 2m-2s-sync; by default conf beside BIN
# ROOT  where stores, logs and pid files go; by default ~/rocketmq-cluster
# HOST  the address that clients are told; by default 127.0.0.1
# PORT  the first of the ports; by default 9876: name servers PORT and PORT+1, brokers from PORT+1035
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BIN=${BIN:-$here/../bin}
[ -d "$BIN" ] || BIN=$(dirname "$(command -v mqbroker)")
CONF=${CONF:-$BIN/../conf}
ROOT=${ROOT:-$HOME/rocketmq-cluster}
HOST=${HOST:-127.0.0.1}
PORT=${PORT:-9876}
namesrvs="$HOST:$PORT;$HOST:$((PORT + 1))"

run() { # name command...
  name=$1
  shift
  mkdir -p "$ROOT/$name"
  HOME="$ROOT/$name" ROCKETMQ_HOME="$ROOT/$name" nohup "$@" >"$ROOT/$name/out.log" 2>&1 &
  echo $! >"$ROOT/$name/pid"
}

ready() { # name
  i=0
  until grep -q 'boot success' "$ROOT/$1/out.log"; do
    i=$((i + 1))
    if [ $i -gt 100 ] || ! kill -0 "$(cat "$ROOT/$1/pid")" 2>/dev/null; then
      echo "$1 does not run:" >&2
      cat "$ROOT/$1/out.log" >&2
      exit 1
    fi
    sleep 0.1
  done
  grep 'boot success' "$ROOT/$1/out.log"
}

broker() { # name port
  run "$1" sh "$BIN/mqbroker" -c "$CONF/2m-2s-sync/$1.properties" -n "$namesrvs" \
    listenPort="$2" brokerIP1="$HOST" brokerIP2="$HOST" storePathRootDir="$ROOT/$1/store"
}

start() {
  run namesrv-1 sh "$BIN/mqnamesrv" listenPort="$PORT"
  run namesrv-2 sh "$BIN/mqnamesrv" listenPort=$((PORT + 1))
  ready namesrv-1
  ready namesrv-2
  broker broker-a $((PORT + 1035))
  broker broker-b $((PORT + 1045))
  broker broker-a-s $((PORT + 1055))
  broker broker-b-s $((PORT + 1065))
  for name in broker-a broker-b broker-a-s broker-b-s; do ready $name; done
  echo "try: mqadmin clusterList -n '$namesrvs'"
}

stop() {
  for name in broker-a-s broker-b-s broker-a broker-b namesrv-1 namesrv-2; do
    [ -f "$ROOT/$name/pid" ] || continue
    pid=$(cat "$ROOT/$name/pid")
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    rm "$ROOT/$name/pid"
  done
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac

#!/bin/sh
# Starts a name server and a broker in the background; what they print goes to ns.log and bk.log in
# the current folder. mqshutdown broker, mqshutdown namesrv end them.
file=$0
while [ -L "$file" ]; do
  link=$(readlink "$file")
  case $link in
    /*) file=$link ;;
    *) file=$(dirname "$file")/$link ;;
  esac
done
here=$(dirname "$file")

# Waits until the last line of $1 says that process $2 serves.
serves() {
  while kill -0 "$2" 2>/dev/null; do
    grep -q 'boot success' "$1" && return 0
    sleep 0.1
  done
  cat "$1" >&2
  return 1
}

address=$(hostname -i 2>/dev/null | cut -d' ' -f1)
address=${address:-127.0.0.1}:9876
nohup sh "$here/mqnamesrv" > ns.log 2>&1 &
serves ns.log $! || exit 1
nohup sh "$here/mqbroker" -n "$address" > bk.log 2>&1 &
serves bk.log $! || exit 1
echo "Start Name Server and Broker Successfully, $address"

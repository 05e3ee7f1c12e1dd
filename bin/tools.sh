#!/bin/sh
# Runs the built-in example programs from wherever this file is, also through symbolic links.
file=$0
while [ -L "$file" ]; do
  link=$(readlink "$file")
  case $link in
    /*) file=$link ;;
    *) file=$(dirname "$file")/$link ;;
  esac
done
command -v node >/dev/null 2>&1 || { echo "error: Node.js 20.15 or later is needed: https://nodejs.org" >&2; exit 1; }
exec node "$(dirname "$file")/run.js" tools "$@"

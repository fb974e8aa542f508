#!/usr/bin/env bash
# Runs every path, two at a time, and prints a table of names and seconds. Fails if one fails, and shows how it ended.
#
#   examples/paths/run-all.sh [NAME...]
#
# NAME is a path such as `withdrawal`; all of them unless said. LANDFALL_BIN is the program (default
# target/release/landfall), LANDFALL_PATHS_AT_ONCE how many run at the same time.
set -euo pipefail

paths=$(cd "$(dirname "$0")" && pwd)
at_once=${LANDFALL_PATHS_AT_ONCE:-2}
all=(
  no-migration withdrawal preprod difference informal-vals demo-life hold failed-validation deviation community-dev
  controlled-change adoption materials inspection study-design
)

# A path that stands in the folder and not in the list would never run.
for file in "$paths"/*.sh; do
  name=$(basename "$file" .sh)
  case " ${all[*]} common run-all " in
    *" $name "*) ;;
    *) echo "error: expected every path in the list of $0, found $file beside it" >&2; exit 1 ;;
  esac
done
[ "$#" -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do
  [ -x "$paths/$name.sh" ] || { echo "error: there is no path $name; the paths are: ${all[*]}" >&2; exit 2; }
done

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# Runs one path, and notes how it ended and how long it took.
run() {
  local started=$SECONDS result=ok
  "$paths/$1.sh" >"$logs/$1.log" 2>&1 </dev/null || result=FAILED
  # The last line says that the path came to its end.
  grep -qx "PATH OK: $1" "$logs/$1.log" || result=FAILED
  echo "$result $((SECONDS - started))" >"$logs/$1.result"
}

began=$SECONDS
running=0
for name in "$@"; do
  if [ "$running" -ge "$at_once" ]; then
    wait -n
    running=$((running - 1))
  fi
  run "$name" &
  running=$((running + 1))
done
wait

failed=()
printf '%-20s %-8s %s\n' path result seconds
for name in "$@"; do
  read -r result seconds <"$logs/$name.result"
  printf '%-20s %-8s %7s\n' "$name" "$result" "$seconds"
  if [ "$result" != ok ]; then failed+=("$name"); fi
done
printf '%-20s %-8s %7s\n' "all" "" "$((SECONDS - began))"

if [ "${#failed[@]}" -gt 0 ]; then
  for name in "${failed[@]}"; do
    printf '\n---- the end of %s\n' "$name" >&2
    tail -n 40 "$logs/$name.log" >&2
  done
  echo "error: ${#failed[@]} of $# paths failed: ${failed[*]}" >&2
  exit 1
fi
echo "ALL PATHS OK: $#"

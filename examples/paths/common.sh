# What every path uses: the program, a work folder, people, and the way to each stage of an onboarding. Sourced, not run.
#
#   . "$(dirname "$0")/common.sh"
#   begin NAME
#   ...
#   finish
#
# LANDFALL_BIN is the program (default target/release/landfall). Everything happens in a folder that is removed at the
# end, in a data directory with the demonstration clock, with public commands only and the sqlite3 shell to read JSON.
# shellcheck shell=bash
set -Eeuo pipefail
shopt -s inherit_errexit

paths=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$paths/../.." && pwd)
program=${LANDFALL_BIN:-$root/target/release/landfall}
# The policy as it is built in: paths that adopt another one change a copy of it.
policy=$root/crates/core/policy.toml
customer=acme
# The environment that was requested last, and the number of its IQ.
address=
iq=
people=()
declare -A reached=()

# ---- what a path says, and how it stops

phase() { printf '\n== %s\n' "$1" >&2; }

fail() {
  echo "FAILED: ${name:-}: $1" >&2
  trap - ERR
  exit 1
}

# ---- the program

landfall() { "$program" "$@"; }

# Runs a command as a person, whose password signs where a signature is asked for.
by() {
  local person=$1
  shift
  landfall --as "$person" --password-file "$work/$person" "$@"
}

# Reads one value out of a file that holds JSON.
json() { sqlite3 :memory: "SELECT json_extract(CAST(readfile('$1') AS TEXT), '$2')"; }

# Prints one value of what a command shows: value PATH COMMAND...
value() {
  local path=$1
  shift
  landfall --json "$@" >"$work/value.json"
  json "$work/value.json" "$path"
}

# Answers a question about what a command shows, in SQL, where `it.doc` is the JSON: ask SQL COMMAND...
ask() {
  local question=$1
  shift
  landfall --json "$@" >"$work/asked.json"
  sqlite3 :memory: "WITH it(doc) AS (SELECT CAST(readfile('$work/asked.json') AS TEXT)) $question"
}

# Counts the texts within what a command shows that contain a text, wherever they stand: mentions TEXT COMMAND...
mentions() {
  local text=$1
  shift
  ask "SELECT count(*) FROM it, json_tree(it.doc) WHERE atom LIKE '%$text%'" "$@"
}

# Prints one column of a record: column ADDRESS TABLE KEY_COLUMN KEY COLUMN
column() {
  ask "SELECT json_extract(value, '\$.$5') FROM it, json_each(it.doc) WHERE json_extract(value, '\$.$3') = '$4'" \
    record list "$1" "$2"
}

# Counts what is due for destruction now and named so: due TEXT
due() {
  ask "SELECT count(*) FROM it, json_each(it.doc) WHERE json_extract(value, '\$.standing') = 'due'
       AND json_extract(value, '\$.what') LIKE '%$1%'" customer due "$customer"
}

# Counts the records of a table: rows ADDRESS TABLE
rows() { ask 'SELECT json_array_length(it.doc) FROM it' record list "$1" "$2"; }

# ---- what must hold

# is WANTED PATH COMMAND...: a value of what the command shows.
is() {
  local wanted=$1 path=$2 found
  shift 2
  found=$(value "$path" "$@")
  [ "$found" = "$wanted" ] || fail "$*: expected $path to be \`$wanted\`, found \`$found\`"
}

# equal WHAT WANTED FOUND
equal() { [ "$2" = "$3" ] || fail "$1: expected \`$2\`, found \`$3\`"; }

# says TEXT COMMAND...: the command succeeds and says the text, on stdout or stderr.
says() {
  local text=$1
  shift
  "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; fail "$*: expected it to succeed"; }
  grep -qiF -- "$text" "$work/said" || { cat "$work/said" >&2; fail "$*: expected it to say \`$text\`"; }
}

# expect_refused CODE COMMAND...: a rule says no, with that code (or one of several: `A-001|B-001`).
expect_refused() {
  local codes=$1 status=0
  shift
  "$@" >/dev/null 2>"$work/refused" || status=$?
  if [ "$status" -ne 3 ] || ! grep -Eq "\[($codes)\]" "$work/refused"; then
    cat "$work/refused" >&2
    fail "$*: expected a refusal with $codes (exit code 3), found exit code $status"
  fi
  echo "refused, as it must be: $(head -n 1 "$work/refused")" >&2
}

# expect_failed COMMAND...: a check says no.
expect_failed() {
  local status=0
  "$@" >"$work/failed" 2>&1 || status=$?
  if [ "$status" -ne 4 ]; then
    cat "$work/failed" >&2
    fail "$*: expected a failed check (exit code 4), found exit code $status"
  fi
  echo "failed, as it must: $(grep -m 1 '^error:' "$work/failed" || true)" >&2
}

# ---- people

# Draws a password into a file that only its owner can read.
draw() { head -c 24 /dev/urandom | base64 >"$work/$1"; }

sign_in() { landfall --json person sign-in "$1" --password-file "$work/$1" >/dev/null; }

# person ID NAME ROLE [CUSTOMER]
person() {
  draw "$1"
  landfall --json --as quentin-abara person add "$1" --name "$2" --role "$3" ${4:+--customer "$4"} \
    --password-file "$work/$1" >/dev/null
  sign_in "$1"
  people+=("$1")
}

# Moves the clock, and signs everybody in again: a session lasts 8 hours.
later() {
  by quentin-abara clock move "$1"
  local one
  for one in "${people[@]}"; do sign_in "$one"; done
}

# begin NAME: the work folder, the data directory, the vendor's people, and the customer with its own.
begin() {
  name=$1
  command -v sqlite3 >/dev/null || fail "the sqlite3 shell, which reads JSON here, is not installed"
  [ -x "$program" ] || fail "expected the program at $program; build it with \`cargo build --release\`"
  program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
  umask 077
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'echo "FAILED: $name: ${BASH_SOURCE[0]##*/}, line $LINENO: $BASH_COMMAND" >&2' ERR
  export LANDFALL_DATA=$work/data
  unset LANDFALL_PASSWORD_FILE LANDFALL_FAIL_POINTS

  phase "people"
  draw quentin-abara
  landfall init --demonstration --start 2026-01-05T09:00:00Z --quality quentin-abara --name "Quentin Abara" \
    --password-file "$work/quentin-abara"
  sign_in quentin-abara
  people=(quentin-abara)
  person olive-hart "Olive Hart" vendor-sales
  person erik-lund "Erik Lund" vendor-engineer
  person mara-voss "Mara Voss" vendor-engineer
  person nils-berg "Nils Berg" vendor-engineer
  by olive-hart customer add "$customer" --name "Acme Clinical Research"
  person rita-moss "Rita Moss" customer-reviewer "$customer"
  person carl-quist "Carl Quist" customer-quality "$customer"
}

# Every document is what was signed, and the ledger is intact, here and in its export.
finish() {
  phase "documents and ledger"
  local number
  for number in $(ask "SELECT json_extract(value, '\$.number') FROM it, json_each(it.doc)" document list "$customer"); do
    landfall document verify "$number" >"$work/verified" || { cat "$work/verified" >&2; fail "$number is not intact"; }
  done
  landfall ledger verify
  landfall ledger export "$work/ledger.jsonl" >/dev/null
  (unset LANDFALL_DATA && cd / && landfall ledger verify "$work/ledger.jsonl")
  echo "PATH OK: $name"
}

# ---- what is done again and again

sign_plan() {
  by erik-lund document sign "$1" --meaning author
  by mara-voss document sign "$1" --meaning technical-review
  by quentin-abara document sign "$1" --meaning plan-approval
}

sign_report() {
  by erik-lund document sign "$1" --meaning execution
  by mara-voss document sign "$1" --meaning execution-review
  by quentin-abara document sign "$1" --meaning report-approval
}

# request CUSTOMER KIND [OPTION...]: what is qualified gets the signatures of its plan.
request() {
  address=$(by erik-lund environment request "$@")
  iq=$(value '$.iq' environment show "$address")
  if [ -n "$iq" ]; then sign_plan "$iq"; fi
}

# request_and_build CUSTOMER KIND [OPTION...]: what is qualified gets the signatures of its plan and its report.
request_and_build() {
  request "$@"
  by erik-lund environment build "$address"
  if [ -n "$iq" ]; then sign_report "$iq"; fi
}

# destroy ADDRESS: closes and destroys what is due.
destroy() {
  by erik-lund --yes environment close "$1"
  by erik-lund --yes environment destroy "$1"
  is destroyed '$.state' environment show "$1"
}

# revise VERSION [KIND EDIT]: writes that version of the policy to $work/policy-VERSION.toml, its table of a kind edited
# with sed.
revise() {
  sed -e "s/^version = .*/version = $1/" ${2:+-e "/^\[environment\.$2\]/,/^\[/ $3"} "$policy" >"$work/policy-$1.toml"
}

# document_of KIND: the number of the customer's latest document of the kind.
document_of() {
  ask "SELECT json_extract(value, '\$.number') FROM it, json_each(it.doc)
       WHERE json_extract(value, '\$.kind') = '$1' ORDER BY 1 DESC LIMIT 1" document list "$customer"
}

# sample NAME SEED [--final]: writes the database of a made-up unit to $work/NAME, and its spec to $work/NAME/spec.
sample() {
  local folder=$work/$1 seed=$2
  shift 2
  landfall sample source "$folder" --volunteers 60 --seed "$seed" "$@" >/dev/null
}

# iterate NAME SEED: a dump is received, the migration program runs on it, its output is published.
iterate() {
  sample "$1" "$2"
  by rita-moss migration dump "$customer" "$work/$1" >/dev/null
  by erik-lund migration spec "$customer" "$work/$1/spec" >/dev/null
  iteration=$(by erik-lund migration run "$customer")
  by erik-lund migration publish "$customer" "$iteration"
}

# review_and_sign: a Migration environment shows the latest iteration, the customer signs it off, the environment goes.
review_and_sign() {
  request_and_build "$customer" migration
  by rita-moss migration sign "$customer" "$iteration"
  by carl-quist migration sign "$customer" "$iteration"
  destroy "$address"
}

# formal_val SOURCE: a formal VAL whose configuration comes from there, accepted.
formal_val() {
  by carl-quist configuration choose "$customer" --for val --source "$1"
  request_and_build "$customer" val --formal
  by carl-quist environment accept "$address"
}

# final_steps SOURCE [DUMP]: go-live steps 1 to 3; without a dump for who has no migration.
final_steps() {
  if [ -n "${2:-}" ]; then by rita-moss migration dump "$customer" "$2" --final >/dev/null; fi
  by carl-quist configuration choose "$customer" --for prod --source "$1"
  by erik-lund configuration extract "$customer" --for prod >/dev/null
  if [ -n "${2:-}" ]; then by erik-lund migration run "$customer" >/dev/null; fi
}

# go_live: go-live steps 4 to 6, when PROD is built and its report signed.
go_live() {
  by mara-voss golive review "$customer"
  by erik-lund golive provide "$customer"
  by rita-moss golive qc "$customer"
  by carl-quist golive qc "$customer"
  is live '$.status' customer show "$customer"
}

# ---- the stages, each on top of the one before

# Demo, contract, and a Sandbox that is a clone of the Demo.
to_contract() {
  if [ -n "${reached[contract]:-}" ]; then return; fi
  phase "Demo, contract, Sandbox"
  request_and_build "$customer" demo
  by olive-hart customer contract "$customer" --reference ACME-2026-001
  request_and_build "$customer" sandbox --from demo
  reached[contract]=yes
}

# A first iteration is published.
to_published() {
  to_contract
  if [ -n "${reached[published]:-}" ]; then return; fi
  phase "a first iteration"
  iterate first 7
  reached[published]=yes
}

# The customer has signed the migration output off.
to_signed_migration() {
  to_published
  if [ -n "${reached[signed]:-}" ]; then return; fi
  phase "sign-off"
  review_and_sign
  reached[signed]=yes
}

# Validation is completed in a formal VAL of the Sandbox's configuration.
to_validated() {
  to_signed_migration
  if [ -n "${reached[validated]:-}" ]; then return; fi
  phase "VAL"
  formal_val sandbox
  by carl-quist environment validate "$address"
  reached[validated]=yes
}

# PROD, of the validated VAL's configuration and the final dump, is live.
to_live() {
  to_validated
  if [ -n "${reached[live]:-}" ]; then return; fi
  phase "PROD"
  sample final 7 --final
  final_steps val-1 "$work/final"
  request_and_build "$customer" prod
  go_live
  reached[live]=yes
}

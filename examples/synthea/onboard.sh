#!/usr/bin/env bash
# The whole onboarding of a customer whose source database is synthea-uk, with public commands only.
#
#   examples/synthea/onboard.sh [DATA]
#
# DATA is a new folder for the data directory; without it a temporary one is used and removed.
# LANDFALL_BIN is the program (default target/release/landfall), LANDFALL_SHARED the folder of the shared data
# (default ../shared). Absent data prints NOT RUN and why, and is a failure when CI=true.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
landfall=${LANDFALL_BIN:-$root/target/release/landfall}
source=${LANDFALL_SHARED:-$root/../shared}/data/source/synthea-uk
spec=$here/spec
customer=synthea

not_run() {
  echo "NOT RUN: $1"
  if [ "${CI:-}" = true ]; then exit 1; fi
  exit 0
}

[ -r "$source/patients.csv" ] || not_run "there is no $source/patients.csv; name the shared data with LANDFALL_SHARED"
command -v sqlite3 >/dev/null || not_run "the sqlite3 shell, which the last checks use, is not installed"
if [ ! -x "$landfall" ]; then
  echo "error: expected the program at $landfall, found none; build it with \`cargo build --release\`" >&2
  exit 1
fi

landfall=$(cd "$(dirname "$landfall")" && pwd)/$(basename "$landfall")

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LANDFALL_DATA=${1:-$work/data}
unset LANDFALL_PASSWORD_FILE

# ---- what the script says, and how it stops

phase() { printf '\n== %s\n' "$1" >&2; }

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# Runs a command as a person, whose password signs where a signature is asked for.
by() {
  local person=$1
  shift
  "$landfall" --as "$person" --password-file "$work/$person" "$@"
}

# Draws a password into a file that only its owner can read.
draw() { head -c 24 /dev/urandom | base64 >"$work/$1"; }

# Reads one value out of a file that holds JSON.
json() {
  sqlite3 :memory: "SELECT json_extract(CAST(readfile('$1') AS TEXT), '$2')"
}

# Prints the file of an environment's Main instance.
main_of() {
  "$landfall" --json environment show "$1" >"$work/environment.json"
  json "$work/environment.json" '$.instances[0].location'
}

# Prints the number of an environment's IQ.
iq_of() {
  "$landfall" --json environment show "$1" >"$work/environment.json"
  json "$work/environment.json" '$.iq'
}

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

destroy() {
  by erik-lund --yes environment close "$1"
  by erik-lund --yes environment destroy "$1"
}

# ---- people

phase "the data directory and its people"
for person in quentin-abara olive-hart erik-lund mara-voss rita-moss carl-quist; do draw "$person"; done
"$landfall" init --quality quentin-abara --name "Quentin Abara" --password-file "$work/quentin-abara"
sign_in() { "$landfall" person sign-in "$1" --password-file "$work/$1"; }
add() {
  local person=$1
  shift
  "$landfall" --as quentin-abara person add "$person" --password-file "$work/$person" "$@"
  sign_in "$person"
}
sign_in quentin-abara
add olive-hart --name "Olive Hart" --role vendor-sales
add erik-lund --name "Erik Lund" --role vendor-engineer
add mara-voss --name "Mara Voss" --role vendor-engineer
by olive-hart customer add "$customer" --name "Synthea UK"
add rita-moss --name "Rita Moss" --role customer-reviewer --customer "$customer"
add carl-quist --name "Carl Quist" --role customer-quality --customer "$customer"

# ---- Demo, contract, Sandbox

phase "Demo, contract, Sandbox"
by erik-lund environment request "$customer" demo
by erik-lund environment build "$customer/demo"
by olive-hart environment lend "$customer/demo" --days 14
by olive-hart customer contract "$customer" --reference SYN-2026-001
by erik-lund environment request "$customer" sandbox --from demo
by erik-lund environment build "$customer/sandbox"
by erik-lund --yes environment close "$customer/demo" --reason "the contract is signed and the Sandbox is cloned"
by rita-moss record archive "$customer/sandbox" site "name=Harrogate Day Unit"
by erik-lund record add "$customer/sandbox" general_setting \
  category="Single sign-on" key=sso.issuer_url value=https://login.synthea.example/oauth2

# ---- migration

phase "migration"
by rita-moss migration dump "$customer" "$source"
by erik-lund migration spec "$customer" "$spec"
by erik-lund migration run "$customer"
by erik-lund migration publish "$customer" 1
by erik-lund environment request "$customer" migration
by erik-lund environment build "$customer/migration-1"
by rita-moss migration sign "$customer" 1
by carl-quist migration sign "$customer" 1
destroy "$customer/migration-1"

# ---- VAL

phase "VAL"
by carl-quist configuration choose "$customer" --for val --source sandbox
by erik-lund environment request "$customer" val --formal
val_iq=$(iq_of "$customer/val-1")
sign_plan "$val_iq"
by erik-lund environment build "$customer/val-1"
sign_report "$val_iq"
by carl-quist environment accept "$customer/val-1"
by carl-quist environment validate "$customer/val-1"

# ---- PROD

phase "PROD"
by rita-moss migration dump "$customer" "$source" --final
by carl-quist configuration choose "$customer" --for prod --source val-1
by erik-lund configuration extract "$customer" --for prod
by erik-lund migration run "$customer"
by erik-lund environment request "$customer" prod
prod_iq=$(iq_of "$customer/prod")
sign_plan "$prod_iq"
by erik-lund environment build "$customer/prod"
by mara-voss golive review "$customer"
sign_report "$prod_iq"
by erik-lund golive provide "$customer"
by rita-moss golive qc "$customer"
by carl-quist golive qc "$customer"

# ---- what must hold

phase "checks"
val=$(main_of "$customer/val-1")
prod=$(main_of "$customer/prod")

masked=$(sqlite3 -readonly "$val" 'SELECT count(*) FROM volunteer')
[ "$masked" -gt 0 ] || fail "VAL has no volunteers"
# PROD holds the source's names; its path is quoted for SQL.
prod_quoted=$(printf %s "$prod" | sed "s/'/''/g")
unmasked=$(sqlite3 -readonly "$val" "
  ATTACH '$prod_quoted' AS prod;
  SELECT count(*) FROM volunteer
  WHERE first_name IN (SELECT first_name FROM prod.volunteer)
     OR last_name IN (SELECT last_name FROM prod.volunteer)
     OR external_id IN (SELECT external_id FROM prod.volunteer);")
[ "$unmasked" -eq 0 ] || fail "VAL holds $unmasked volunteers with a name or number of the source"
echo "VAL: $masked volunteers, none with a name or number of the source"

"$landfall" --json migration show "$customer" 2 >"$work/iteration.json"
balance=$(sqlite3 :memory: "
  WITH run(doc) AS (SELECT CAST(readfile('$work/iteration.json') AS TEXT))
  SELECT json_extract(doc, '$.read')
       - json_extract(doc, '$.written') - json_extract(doc, '$.rejected') - json_extract(doc, '$.filtered')
  FROM run")
[ "$balance" -eq 0 ] || fail "rows read are not rows written, rejected and filtered: $balance are missing"
written=$(sqlite3 -separator ' ' :memory: "
  SELECT json_extract(value, '$.target'), sum(json_extract(value, '$.written'))
  FROM json_each(CAST(readfile('$work/iteration.json') AS TEXT), '$.sections')
  GROUP BY 1 ORDER BY 1")
[ -n "$written" ] || fail "the final run states no sections"
while read -r table rows; do
  found=$(sqlite3 -readonly "$prod" "SELECT count(*) FROM \"$table\"")
  [ "$found" -eq "$rows" ] || fail "PROD, $table: expected $rows rows, found $found"
  echo "PROD: $table, $found rows, as written by the final run"
done <<<"$written"

archived=$(sqlite3 -readonly "$prod" "SELECT count(*) FROM site WHERE archived = 1 OR name = 'Harrogate Day Unit'")
[ "$archived" -eq 0 ] || fail "an archived site arrived in PROD"
integration=$(sqlite3 -readonly "$prod" "SELECT count(*) FROM general_setting WHERE key LIKE 'sso.%'")
[ "$integration" -eq 0 ] || fail "an integration setting arrived in PROD"

for document in "$val_iq" "$prod_iq"; do by quentin-abara document verify "$document"; done

# ---- the end of what was only needed on the way

phase "destruction"
by erik-lund --yes environment destroy "$customer/demo"
destroy "$customer/sandbox"
destroy "$customer/val-1"
[ ! -e "$val" ] || fail "VAL was destroyed, and its file is still there"

"$landfall" ledger verify
"$landfall" ledger export "$work/ledger.jsonl"
(unset LANDFALL_DATA && cd / && "$landfall" ledger verify "$work/ledger.jsonl")
"$landfall" customer show "$customer"
echo "OK: $customer is live"

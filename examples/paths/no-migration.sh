#!/usr/bin/env bash
# A customer without a source database: VAL and PROD are built from configuration alone, and go-live steps 1 and 3 do
# not apply.
. "$(dirname "$0")/common.sh"
begin no-migration
to_contract

phase "the customer declares that there is no source database"
declare_none=(customer declare-no-migration acme)
expect_refused AUT-001 by erik-lund "${declare_none[@]}" --reason "the unit is new"
expect_refused REA-001 by carl-quist "${declare_none[@]}"
by carl-quist "${declare_none[@]}" --reason "the unit opens in May and has registered nobody yet"
expect_refused MIG-009 by carl-quist "${declare_none[@]}" --reason "declared twice"

phase "nothing is migrated any more"
sample source 7
expect_refused MIG-009 by rita-moss migration dump acme "$work/source"

phase "VAL and PROD from configuration alone"
formal_val sandbox
equal "packages of VAL" configuration \
  "$(ask "SELECT group_concat(json_extract(value, '\$.kind')) FROM it, json_each(it.doc, '\$.packages')" environment show acme/val-1)"
by carl-quist environment validate acme/val-1
expect_refused MIG-009 by rita-moss migration dump acme "$work/source" --final
final_steps val-1
request_and_build acme prod
go_live

phase "checks"
equal "go-live steps that do not apply" 2 "$(landfall golive show acme | grep -c 'not applicable')"
# Each of the other four is done.
for step in 2 4 5 6; do
  [ -n "$(value "\$[$((step - 1))].done" golive show acme)" ] || fail "go-live step $step is not done"
done
equal "sites of PROD" "$(rows acme/sandbox site)" "$(rows acme/prod site)"
equal "volunteers of PROD" 0 "$(rows acme/prod volunteer)"

phase "what was only needed on the way goes"
for label in demo sandbox val-1; do
  equal "$label, due" 1 "$(due "(acme/$label)")"
  destroy "acme/$label"
done
is in-use '$.state' environment show acme/prod
finish

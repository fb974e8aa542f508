#!/usr/bin/env bash
# A check of a formal VAL fails: a deviation is opened, resolved with impact, cause and fix, tested again by the next
# build, closed by vendor quality, and stands in the IQ.
#
# The check fails without anybody touching a file: the plan was approved under one policy, and before it is carried out
# another comes into force that gives VALs more time. Test E-002 of the plan expects the rule that ends a VAL as it was.
. "$(dirname "$0")/common.sh"
begin deviation
to_signed_migration

phase "a formal VAL whose plan is approved"
by carl-quist configuration choose acme --for val --source sandbox
request acme val --formal

phase "another policy comes into force before the plan is carried out"
revise 2 val 's/^destroy_within_days = .*/destroy_within_days = 30/'
by quentin-abara policy adopt "$work/policy-2.toml" --reason "a VAL is kept for 30 days after PROD is live"

phase "the build fails, and opens a deviation"
expect_failed by erik-lund environment build acme/val-1
grep -q E-002 "$work/failed" || fail "expected test E-002 to fail"
is requested '$.state' environment show acme/val-1
[ ! -e "$LANDFALL_DATA/instances/acme/val-1" ] || fail "a VAL whose checks failed is visible"
deviation=ACME-DEV-001
says "$deviation" landfall deviation list acme
[ "$(mentions E-002 deviation list acme)" -gt 0 ] || fail "the deviation does not name the test that failed"
expect_refused DEV-003 by erik-lund environment build acme/val-1
expect_refused DEV-002 by quentin-abara deviation approve "$deviation"

phase "impact, cause and fix"
by quentin-abara policy adopt "$policy" --reason "the approved plan of VAL says 14 days"
resolution=(--impact "no content is concerned: the plan states another date of destruction than the policy"
  --cause "policy 2 was adopted after the plan was approved"
  --fix "the policy of the plan is in force again; the new one is proposed for the next customer")
expect_refused AUT-001 by quentin-abara deviation resolve "$deviation" "${resolution[@]}"
by erik-lund deviation resolve "$deviation" "${resolution[@]}"
expect_refused DEV-002 by quentin-abara deviation approve "$deviation"

phase "the next build is the retest"
by erik-lund environment build acme/val-1
is built '$.state' environment show acme/val-1
# There is no report to sign while a deviation is open.
expect_refused SIG-001 by erik-lund document sign "$iq" --meaning execution
expect_refused IQ-003 by carl-quist environment accept acme/val-1

phase "vendor quality closes the deviation; the report is made and signed"
expect_refused AUT-001 by erik-lund deviation approve "$deviation"
by quentin-abara deviation approve "$deviation"
sign_report "$iq"
by carl-quist environment accept acme/val-1
by carl-quist environment validate acme/val-1

phase "checks"
facts=$(value '$.facts_path' document show "$iq")
for text in "$deviation" E-002 "policy 2 was adopted after the plan was approved"; do
  grep -qF "$text" "$facts" || fail "the IQ does not say \`$text\`"
done
landfall document export "$iq" "$work/iq" >/dev/null
pdftotext -layout "$work/iq/$iq.pdf" "$work/iq.txt"
grep -q 'Accepted, 1 deviation closed' "$work/iq.txt" || fail "the conclusion of the IQ does not name the deviation"
is 0 '$.failed_checks' environment show acme/val-1
finish

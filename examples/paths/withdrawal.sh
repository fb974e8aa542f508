#!/usr/bin/env bash
# A sign-off is withdrawn after a formal VAL was built of it: the output is reviewed again, another dump is migrated,
# signed off and validated, and PROD goes live from that.
. "$(dirname "$0")/common.sh"
begin withdrawal
to_signed_migration

phase "a formal VAL of the first sign-off"
formal_val sandbox

phase "the customer withdraws the sign-off"
why=(--reason "the dump was taken from the test database of the old system")
expect_refused REA-001 by rita-moss --yes migration withdraw acme 1
expect_refused AUT-001 by erik-lund --yes migration withdraw acme 1 "${why[@]}"
by rita-moss --yes migration withdraw acme 1 "${why[@]}"
is signed '$.state' migration show acme 1
expect_refused SIG-002 by rita-moss --yes migration withdraw acme 1 "${why[@]}"
by carl-quist --yes migration withdraw acme 1 "${why[@]}"
is published '$.state' migration show acme 1
expect_refused MIG-004 by carl-quist --yes migration withdraw acme 1 "${why[@]}"

phase "the VAL of the first sign-off leads nowhere"
expect_refused VAL-003 by carl-quist environment validate acme/val-1
expect_refused ENV-001 by erik-lund environment request acme val --formal

phase "another dump, reviewed in a new Migration environment"
iterate second 8
is 2 '$.number' migration show acme 2
is 1 '$.base' migration show acme 2
review_and_sign
equal "the environment of the second review" acme/migration-2 "$address"
is signed '$.state' migration show acme 2
is published '$.state' migration show acme 1

phase "a second formal VAL"
expect_refused VAL-003 by carl-quist environment validate acme/val-1
formal_val sandbox
equal "the second VAL" acme/val-2 "$address"
by carl-quist environment validate acme/val-2
is acme/val-2 '$.validation.environment' customer show acme

phase "PROD"
sample last 8 --final
final_steps val-2 "$work/last"
request_and_build acme prod
expect_refused MIG-010 by rita-moss --yes migration withdraw acme 2 "${why[@]}"
go_live

phase "checks"
is "iteration 3" '$.packages[1].source' environment show acme/prod
equal "the spec of the final run" "$(value '$.spec' migration show acme 2)" "$(value '$.spec' migration show acme 3)"
for label in val-1 val-2; do destroy "acme/$label"; done
[ ! -e "$LANDFALL_DATA/keys/acme/validation-1.key" ] || fail "the masking key outlived its last VAL"
finish

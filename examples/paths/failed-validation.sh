#!/usr/bin/env bash
# What the customer says no to: a formal VAL whose validation failed, and a PROD that the final quality check rejects.
# Each is made again, and the second time it holds.
. "$(dirname "$0")/common.sh"
begin failed-validation
to_signed_migration

phase "validation fails in the first formal VAL"
formal_val sandbox
expect_refused REA-001 by carl-quist --yes environment reject acme/val-1
expect_refused AUT-001 by rita-moss --yes environment reject acme/val-1 --reason "script 12 failed"
by carl-quist --yes environment reject acme/val-1 --reason "validation script 12 failed: reminders are sent a day late"
expect_refused VAL-002 by carl-quist environment validate acme/val-1
expect_refused VAL-002 by carl-quist --yes environment reject acme/val-1 --reason "rejected twice"
by erik-lund record set acme/sandbox general_setting \
  key=recruitment.appointment_reminder_hours value=48

phase "a second formal VAL"
formal_val sandbox
equal "the second VAL" acme/val-2 "$address"
by carl-quist environment validate acme/val-2
is acme/val-2 '$.validation.environment' customer show acme
expect_refused ENV-005 by carl-quist --yes environment reject acme/val-2 --reason "too late"

phase "PROD, rejected by the final quality check"
sample final 7 --final
final_steps val-2 "$work/final"
request_and_build acme prod
first_iq=$iq
by mara-voss golive review acme
by erik-lund golive provide acme
by rita-moss golive qc acme
expect_refused REA-001 by carl-quist --yes golive reject acme
by carl-quist --yes golive reject acme --reason "the time zone of the Leeds site is wrong in PROD Main"
is contracted '$.status' customer show acme

phase "PROD is given up before it was live"
expect_refused REA-001 by erik-lund --yes environment close acme/prod
by erik-lund --yes environment close acme/prod --reason "rejected by the final quality check"
expect_refused DST-001 by erik-lund --yes environment destroy acme/prod
by quentin-abara --yes environment destroy acme/prod --early --reason "rejected by the final quality check; never live"
is destroyed '$.state' environment show acme/prod

phase "PROD is built again, and goes live"
request_and_build acme prod
[ "$iq" != "$first_iq" ] || fail "the second PROD has the IQ of the first"
go_live
expect_refused DST-002 by erik-lund --yes environment close acme/prod --reason "PROD is live"

phase "checks"
is live '$.status' customer show acme
is in-use '$.state' environment show acme/prod
is "$iq" '$.iq' environment show acme/prod
equal "reminder of PROD" 48 "$(column acme/prod general_setting key recruitment.appointment_reminder_hours value)"
for number in "$first_iq" "$iq"; do landfall document verify "$number" >/dev/null; done
for label in val-1 val-2; do destroy "acme/$label"; done
finish

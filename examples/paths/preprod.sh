#!/usr/bin/env bash
# prePROD: requested empty, filled by promotions from the Sandbox, changed by hand with a reason, and the source of VAL.
. "$(dirname "$0")/common.sh"
begin preprod
to_signed_migration
timeout="key=session.timeout_minutes"
reminder="key=recruitment.appointment_reminder_hours"
setting() { column "acme/$1" general_setting key "$2" value; }

phase "the Sandbox is configured, prePROD is empty"
request_and_build acme preprod --from empty
equal "sites of prePROD" 0 "$(rows acme/preprod site)"
by erik-lund record set acme/sandbox general_setting "$timeout" value=10
by erik-lund record add acme/sandbox general_setting \
  category="Single sign-on" key=sso.issuer_url value=https://login.acme.example/oauth2 >/dev/null

phase "a promotion, looked at first"
# preview COUNT: how many rows a promotion would add, change or keep.
preview() {
  by erik-lund --json configuration promote acme --preview >"$work/preview.json"
  json "$work/preview.json" "\$.$1"
}
[ "$(preview added)" -gt 0 ] || fail "the preview of the first promotion adds nothing"
equal "sites of prePROD after a preview" 0 "$(rows acme/preprod site)"
by erik-lund --yes configuration promote acme
equal "rows that the same promotion adds" 0 "$(preview added)"
for table in role role_action site system_setting device lab_test; do
  equal "rows of $table" "$(rows acme/sandbox "$table")" "$(rows acme/preprod "$table")"
done
equal "session timeout of prePROD" 10 "$(setting preprod session.timeout_minutes)"
equal "settings for single sign-on in prePROD" "" "$(setting preprod sso.issuer_url)"

phase "prePROD is changed by hand, with a reason"
expect_refused REA-001 by erik-lund record set acme/preprod general_setting "$timeout" value=5
by erik-lund record set acme/preprod general_setting "$timeout" value=5 \
  --reason "security policy of the customer, section 4"
by erik-lund record add acme/preprod role name=Auditor description="Reads everything, changes nothing." \
  --reason "asked for by the customer's quality" >/dev/null
by erik-lund record set acme/sandbox general_setting "$reminder" value=48

phase "a second promotion, looked at first"
# The reminder is another in the Sandbox, the timeout is another in prePROD: both get the Sandbox's value. The role is in
# prePROD only, and stays.
equal "rows that a second promotion adds" 0 "$(preview added)"
equal "rows that a second promotion changes" 2 "$(preview changed)"
[ "$(preview kept)" -ge 1 ] || fail "the second promotion keeps nothing"
equal "reminder of prePROD after a preview" 24 "$(setting preprod recruitment.appointment_reminder_hours)"
by erik-lund --yes configuration promote acme
equal "reminder of prePROD" 48 "$(setting preprod recruitment.appointment_reminder_hours)"
equal "session timeout of prePROD" 10 "$(setting preprod session.timeout_minutes)"
equal "the role that only prePROD has" Auditor "$(column acme/preprod role name Auditor name)"
equal "rows that a third promotion changes" 0 "$(preview changed)"
[ "$(mentions "security policy of the customer" record history acme/preprod general_setting "$timeout")" -gt 0 ] ||
  fail "the history of the timeout does not say why it was changed"

phase "VAL from prePROD"
formal_val preprod
is acme/preprod '$.packages[0].source' environment show acme/val-1
for key in session.timeout_minutes recruitment.appointment_reminder_hours; do
  equal "$key of VAL" "$(setting preprod "$key")" "$(setting val-1 "$key")"
done
by carl-quist environment validate acme/val-1
is acme/val-1 '$.validation.environment' customer show acme
finish

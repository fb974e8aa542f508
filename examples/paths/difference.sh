#!/usr/bin/env bash
# PROD's configuration comes from prePROD and differs from the validated one: PROD is not built before customer quality
# has signed the report of the difference.
. "$(dirname "$0")/common.sh"
begin difference
to_signed_migration
timeout=session.timeout_minutes
setting() { column "acme/$1" general_setting key "$timeout" value; }

phase "prePROD, promoted from the Sandbox"
request_and_build acme preprod
by erik-lund --yes configuration promote acme --from sandbox --to preprod >/dev/null

phase "VAL from the Sandbox"
formal_val sandbox
by carl-quist environment validate acme/val-1

phase "prePROD changes after validation"
by erik-lund record set acme/preprod general_setting "key=$timeout" value=7 \
  --reason "finding 4 of the customer's security review"
says "$timeout" landfall configuration diff acme/val-1 acme/preprod

phase "PROD from prePROD"
sample final 7 --final
final_steps preprod "$work/final"
request acme prod
expect_refused CFG-003 by erik-lund environment build acme/prod

phase "the difference report"
by erik-lund configuration difference acme >/dev/null
report=$(document_of difference-report)
[ -n "$report" ] || fail "no difference report was made"
landfall document show "$report"
# It is about this difference, and nobody but customer quality signs it.
grep -q "$timeout" "$(value '$.facts_path' document show "$report")" || fail "$report does not name $timeout"
expect_refused CFG-003 by erik-lund environment build acme/prod
expect_refused 'AUT-001|SIG-001' by quentin-abara document sign "$report"
by carl-quist document sign "$report"
equal "signatures awaited" 0 "$(ask "SELECT json_array_length(it.doc, '\$.awaited') FROM it" document show "$report")"

phase "PROD is built and goes live"
by erik-lund environment build acme/prod
sign_report "$iq"
go_live

phase "checks"
equal "session timeout of VAL" 15 "$(setting val-1)"
equal "session timeout of PROD" 7 "$(setting prod)"
is acme/preprod '$.packages[0].source' environment show acme/prod
for label in preprod val-1; do destroy "acme/$label"; done
finish

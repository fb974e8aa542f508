#!/usr/bin/env bash
# What keeps and what ends: nothing is destroyed before it is due without a reason and the signature of vendor quality,
# and a legal hold keeps even what is due, the customer's dumps and packages as well.
. "$(dirname "$0")/common.sh"
begin hold
to_contract

phase "the Demo is not due"
expect_refused DST-003 by quentin-abara --yes environment destroy acme/demo --early --reason "not needed"
expect_refused REA-001 by erik-lund --yes environment close acme/demo
by erik-lund --yes environment close acme/demo --reason "the Sandbox is cloned"
expect_refused DST-001 by erik-lund --yes environment destroy acme/demo
expect_refused AUT-001 by erik-lund --yes environment destroy acme/demo --early --reason "not needed"
expect_refused REA-001 by quentin-abara --yes environment destroy acme/demo --early
by quentin-abara --yes environment destroy acme/demo --early --reason "nobody uses it after the contract"
is destroyed '$.state' environment show acme/demo
early=$(document_of destruction-certificate)
grep -q "Quentin Abara" "$(value '$.facts_path' document show "$early")" ||
  fail "$early does not name who approved the early destruction"

phase "a hold on the Sandbox, before it falls due"
expect_refused REA-001 by carl-quist environment hold acme/sandbox
expect_refused AUT-001 by erik-lund environment hold acme/sandbox --reason "litigation"
by carl-quist environment hold acme/sandbox --reason "litigation 2026/17: everything of the onboarding is kept"
expect_refused HLD-001 by quentin-abara environment hold acme/sandbox --reason "once more"
to_live
expect_refused DST-002 by erik-lund --yes environment close acme/prod --reason "PROD is live"

phase "due, and kept"
is prod-is-live '$.due.rule' environment show acme/sandbox
is 1 '$.held' environment show acme/sandbox
by erik-lund --yes environment close acme/sandbox
expect_refused HLD-001 by erik-lund --yes environment destroy acme/sandbox
expect_refused HLD-001 by quentin-abara --yes environment destroy acme/sandbox --early --reason "it is due"
expect_refused HLD-001 by erik-lund --yes migration destroy acme
dumps=$LANDFALL_DATA/dumps/acme
[ -n "$(ls -A "$dumps")" ] || fail "the dumps are gone although a hold keeps them"
# A hold keeps its environment; another one of the customer that is due goes.
destroy acme/val-1

phase "released, and destroyed"
expect_refused REA-001 by quentin-abara environment release acme/sandbox
by quentin-abara environment release acme/sandbox --reason "litigation 2026/17 is settled"
expect_refused HLD-002 by quentin-abara environment release acme/sandbox --reason "once more"
by erik-lund --yes environment destroy acme/sandbox
is destroyed '$.state' environment show acme/sandbox
by erik-lund --yes migration destroy acme
[ -n "$(document_of materials-certificate)" ] || fail "there is no certificate of the dumps and packages"
[ -z "$(ls -A "$dumps" 2>/dev/null)" ] || fail "dumps that were destroyed are still there"
expect_refused MAT-001 by erik-lund --yes migration destroy acme
finish

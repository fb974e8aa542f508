#!/usr/bin/env bash
# The life of a Demo: lent, lent for longer, ended when its time is over and not before, destroyed with a certificate.
. "$(dirname "$0")/common.sh"
begin demo-life

phase "a Demo is lent"
request_and_build acme demo
expect_refused ENV-009 by olive-hart environment lend acme/demo --days 31
expect_refused AUT-001 by erik-lund environment lend acme/demo --days 14
by olive-hart environment lend acme/demo --days 14
first=$(value '$.lent_until' environment show acme/demo)
expect_refused DST-001 by olive-hart environment expire acme/demo

phase "and for longer, before its time is over"
later 2026-01-15T09:00:00Z
by olive-hart environment lend acme/demo --days 20
second=$(value '$.lent_until' environment show acme/demo)
[[ $second > $first ]] || fail "expected the Demo to be lent beyond $first, found $second"

phase "its time is not over, then it is"
later 2026-01-21T09:00:00Z
expect_refused DST-001 by olive-hart environment expire acme/demo
equal "Demos that are due before their time is over" 0 "$(due "(acme/demo)")"
later 2026-02-05T09:00:00Z
equal "Demos that are due" 1 "$(due "(acme/demo)")"
by olive-hart environment expire acme/demo
equal "Demos that are due when the loan is ended" 1 "$(due "(acme/demo)")"
is closed '$.state' environment show acme/demo
is lifetime-is-over '$.due.rule' environment show acme/demo
expect_refused ENV-005 by olive-hart environment lend acme/demo --days 5
expect_refused ENV-005 by erik-lund record archive acme/demo site "name=Harrogate Day Unit"

phase "destroyed, with a certificate"
file=$(value '$.instances[0].location' environment show acme/demo)
[ -e "$file" ] || fail "a Demo that is closed has its content no more"
by erik-lund --yes environment destroy acme/demo
[ ! -e "$file" ] || fail "the Demo was destroyed, and its file is still there"
is destroyed '$.state' environment show acme/demo
certificate=$(document_of destruction-certificate)
is demo '$.environment' document show "$certificate"
grep -q "lifetime-is-over" "$(value '$.facts_path' document show "$certificate")" ||
  fail "$certificate does not name the rule"

phase "the vendor has a Demo of its own, and the next one of the prospect is a clone of it"
request_and_build vendor demo
by erik-lund record set vendor/demo general_setting key=locale.language value=de-DE
by erik-lund environment request acme demo --from vendor-demo
by erik-lund environment build acme/demo
equal "language of the clone" de-DE "$(column acme/demo general_setting key locale.language value)"

phase "a Demo while the customer is a prospect, none afterwards"
by olive-hart customer contract acme --reference ACME-2026-001
expect_refused ENV-009 by olive-hart environment lend acme/demo --days 5
by erik-lund --yes environment close acme/demo --reason "the contract is signed"
by quentin-abara --yes environment destroy acme/demo --early --reason "the contract is signed; nobody uses it"
expect_refused ENV-001 by erik-lund environment request acme demo
finish

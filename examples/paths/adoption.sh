#!/usr/bin/env bash
# The rules never change silently: a policy that was changed by hand is refused until vendor quality signs for it.
. "$(dirname "$0")/common.sh"
begin adoption
request_and_build acme demo
before=$(value '$.digest' policy show)
by olive-hart environment lend acme/demo --days 20

phase "a policy changed by hand is refused"
revise 2 demo 's/^lifetime_days = .*/lifetime_days = 10/'
cp "$work/policy-2.toml" "$LANDFALL_DATA/rules/policy.toml"
status=0
landfall customer list 2>"$work/refused" || status=$?
equal "the exit code with a policy that nobody adopted" 3 "$status"
grep -q "rules never change silently" "$work/refused" || fail "the refusal does not say why"
# The ledger can be looked at all the same.
landfall ledger show --limit 1

phase "vendor quality adopts it"
adopt=(policy adopt "$work/policy-2.toml" --reason "a Demo lives for 10 days")
expect_refused AUT-001 by erik-lund "${adopt[@]}"
sed 's/^instances = "pair"/instances = "triple"/' "$work/policy-2.toml" >"$work/broken.toml"
expect_failed by quentin-abara policy adopt "$work/broken.toml" --reason "three instances"
by quentin-abara "${adopt[@]}"
expect_refused POL-001 by quentin-abara "${adopt[@]}"

phase "it is in force"
is 2 '$.version' policy show
is 10 '$.environment.demo.lifetime_days' policy show
after=$(value '$.digest' policy show)
[ "$after" != "$before" ] || fail "the digest of the policy is the old one"
says "$after" landfall policy show
equal "who signed for it" quentin-abara "$(ask "
  SELECT json_extract(value, '\$.body.signature.person') FROM it, json_each(it.doc)
  WHERE json_extract(value, '\$.body.digest') = '$after'" ledger show --stream vendor)"
expect_refused ENV-009 by olive-hart environment lend acme/demo --days 20
by olive-hart environment lend acme/demo --days 10

phase "and back, by another signature"
revise 3
by quentin-abara policy adopt "$work/policy-3.toml" --reason "10 days were too short"
is 30 '$.environment.demo.lifetime_days' policy show
by olive-hart environment lend acme/demo --days 20
finish

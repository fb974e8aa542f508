#!/usr/bin/env bash
# What outlives an environment does not outlive its use: dumps and superseded packages go after the sign-off, the rest
# when PROD is live, each time with a certificate.
. "$(dirname "$0")/common.sh"
begin materials
dumps=$LANDFALL_DATA/dumps/acme
private=$LANDFALL_DATA/private/acme
to_contract

phase "two iterations, the second signed off"
iterate first 8
iterate second 7
reached[published]=yes
first=$(value '$.package.digest' migration show acme 1)
second=$(value '$.package.digest' migration show acme 2)
expect_refused MAT-001 by erik-lund --yes migration destroy acme
to_signed_migration

phase "what the sign-off leaves without use is due"
equal "dumps that are due" 2 "$(due "source dump")"
equal "packages that are due" 1 "$(due "migration package")"
equal "rejected rows that are due" 1 "$(due "rejected rows")"
expect_refused AUT-001 by carl-quist --yes migration destroy acme
by erik-lund --yes migration destroy acme
certificate=$(document_of materials-certificate)
[ -n "$certificate" ] || fail "there is no certificate"
facts=$(value '$.facts_path' document show "$certificate")
grep -q "$first" "$facts" || fail "$certificate does not name the package of iteration 1"
! grep -q "$second" "$facts" || fail "$certificate names the package that was signed off"
[ -z "$(ls -A "$dumps" 2>/dev/null)" ] || fail "dumps that were destroyed are still there"
[ ! -e "$private/iteration-1/rejected.sqlite" ] || fail "the rejected rows of iteration 1 are still there"
! landfall package verify "$first" >/dev/null 2>&1 || fail "the package of iteration 1 is still there"
landfall package verify "$second" >/dev/null
expect_refused MAT-001 by erik-lund --yes migration destroy acme

phase "what is needed for PROD is kept"
to_live

phase "when PROD is live, the rest is due"
final=$(value '$.package.digest' migration show acme 3)
equal "dumps that are due" 1 "$(due "source dump")"
equal "packages that are due" 2 "$(due "migration package")"
equal "maps of source keys that are due" 3 "$(due "map of source keys")"
by erik-lund --yes migration destroy acme
last=$(document_of materials-certificate)
[ "$last" != "$certificate" ] || fail "there is no second certificate"
facts=$(value '$.facts_path' document show "$last")
for digest in "$second" "$final"; do
  grep -q "$digest" "$facts" || fail "$last does not name the package $digest"
  ! landfall package verify "$digest" >/dev/null 2>&1 || fail "the package $digest is still there"
done
[ -z "$(ls -A "$dumps" 2>/dev/null)" ] || fail "the final dump is still there"
left=$(find "$private" \( -name 'rejected.sqlite*' -o -name 'keys.sqlite*' \) 2>/dev/null)
[ -z "$left" ] || fail "rejected rows or maps of source keys are still there: $left"
for what in "source dump" "migration package" "rejected rows" "map of source keys"; do
  equal "$what, still due" 0 "$(due "$what")"
done
expect_refused MAT-001 by erik-lund --yes migration destroy acme

phase "PROD does not need any of it"
is in-use '$.state' environment show acme/prod
[ "$(rows acme/prod volunteer)" -gt 0 ] || fail "PROD has no volunteers"
for number in "$certificate" "$last"; do landfall document show "$number"; done
finish

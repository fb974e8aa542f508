#!/usr/bin/env bash
# Two informal VALs before the sign-off, each of another published iteration: never qualified, masked all the same,
# accepted, and destroyed early with a reason and the signature of vendor quality.
. "$(dirname "$0")/common.sh"
begin informal-vals
to_published

phase "an informal VAL of each iteration"
by carl-quist configuration choose acme --for val --source sandbox
expect_refused ENV-007 by erik-lund environment request acme val
expect_refused ENV-001 by erik-lund environment request acme val --formal
request_and_build acme val --informal
iterate second 8
request_and_build acme val --informal
for number in 1 2; do
  is "iteration $number" '$.packages[1].source' environment show "acme/val-$number"
  is informal '$.purpose' environment show "acme/val-$number"
  is in-use '$.state' environment show "acme/val-$number"
done

phase "no IQ, and no validation"
for number in 1 2; do
  is 0 '$.qualified' environment show "acme/val-$number"
  is "" '$.iq' environment show "acme/val-$number"
  by carl-quist environment accept "acme/val-$number"
  is carl-quist '$.accepted.person' environment show "acme/val-$number"
  expect_refused VAL-001 by carl-quist environment validate "acme/val-$number"
  expect_refused IQ-001 by quentin-abara document recheck "acme/val-$number"
done
equal "IQs of the customer" "" "$(document_of iq)"

phase "masked all the same"
email=$(grep -m 1 -oE '[^",]+@post\.test' "$work/first/people.csv")
equal "volunteers with an e-mail of the source" "" "$(column acme/val-1 volunteer email "$email" id)"
[ "$(rows acme/val-1 volunteer)" -gt 0 ] || fail "val-1 has no volunteers"
[ -n "$(document_of masking-certificate)" ] || fail "there is no masking certificate"

phase "destroyed early"
for number in 1 2; do
  val=acme/val-$number
  expect_refused REA-001 by erik-lund --yes environment close "$val"
  by erik-lund --yes environment close "$val" --reason "the tests of iteration $number are written"
  expect_refused DST-001 by erik-lund --yes environment destroy "$val"
  expect_refused AUT-001 by erik-lund --yes environment destroy "$val" --early --reason "not needed any more"
  expect_refused REA-001 by quentin-abara --yes environment destroy "$val" --early
  by quentin-abara --yes environment destroy "$val" --early --reason "the tests are written; nothing of it is kept"
  is destroyed '$.state' environment show "$val"
  # The masking key goes with the last VAL that used it.
  key=$LANDFALL_DATA/keys/acme/validation-1.key
  case $number in
    1) [ -e "$key" ] || fail "the masking key is gone although val-2 uses it" ;;
    2) [ ! -e "$key" ] || fail "the masking key outlived its last VAL" ;;
  esac
done
certificate=$(document_of destruction-certificate)
landfall document verify "$certificate" >/dev/null
finish

#!/usr/bin/env bash
# Changes of records: not preserved in Migration, requested, approved and recorded in PROD, read-only for roles and sites
# of Test; a change behind Landfall's back is drift.
. "$(dirname "$0")/common.sh"
begin controlled-change
to_published
timeout="key=session.timeout_minutes"
setting() { column acme/prod general_setting key session.timeout_minutes value; }

phase "a change in Migration is not preserved"
request_and_build acme migration
region=$(value '$[0].name' record list acme/migration-1 region)
says "not preserved" by rita-moss record archive acme/migration-1 region "name=$region"
for who in rita-moss carl-quist; do by "$who" migration sign acme 1; done
destroy acme/migration-1
reached[signed]=yes
to_live

phase "a change in PROD is a request"
why="the customer's security policy asks for 10 minutes"
change=ACME-ECR-001
expect_refused REA-001 by rita-moss record set acme/prod general_setting "$timeout" value=10
expect_refused AUT-001 by olive-hart record set acme/prod general_setting "$timeout" value=10 --reason "$why"
made=$(by rita-moss record set acme/prod general_setting "$timeout" value=10 --reason "$why")
equal "the number of the change" "$change" "$made"
equal "the timeout while the change waits" 15 "$(setting)"
says "$change" landfall record changes acme

phase "roles and sites of Test are read-only"
for address in acme/prod/test acme/val-1/test acme/sandbox/test; do
  expect_refused REC-003 by erik-lund record set "$address" site "name=Leeds Clinical Unit" city=York --reason "moved"
  expect_refused REC-003 by erik-lund record set "$address" role name=Monitor description=Reads --reason "shorter"
done

phase "vendor quality decides"
expect_refused AUT-001 by carl-quist record approve "$change"
by quentin-abara record approve "$change"
expect_refused REC-002 by quentin-abara record approve "$change"
equal "the timeout after the approval" 10 "$(setting)"
by erik-lund record set acme/prod general_setting "$timeout" value=60 --reason "people complain" >/dev/null
expect_refused REA-001 by quentin-abara --yes record reject ACME-ECR-002
by quentin-abara --yes record reject ACME-ECR-002 --reason "against the customer's security policy"
equal "the timeout after the rejection" 10 "$(setting)"

phase "its history"
history=(record history acme/prod general_setting "$timeout")
landfall "${history[@]}"
for text in 15 10; do
  [ "$(ask "SELECT count(*) FROM it, json_tree(it.doc) WHERE atom = '$text'" "${history[@]}")" -gt 0 ] ||
    fail "the history of the timeout does not say $text"
done
[ "$(mentions "security policy asks for 10 minutes" "${history[@]}")" -gt 0 ] || fail "the history does not say why"

phase "no drift after a recorded change, drift after another one"
by quentin-abara document recheck acme/prod
main=$(value '$.instances[0].location' environment show acme/prod)
# What Landfall cannot prevent on one machine, it finds: somebody with access to the file changes a setting.
behind() { sqlite3 "$main" "UPDATE general_setting SET value = '$1' WHERE key = 'session.timeout_minutes'"; }
behind 99
expect_failed by quentin-abara document recheck acme/prod
grep -q general_setting "$work/failed" || fail "the recheck does not name the table that was changed"
behind 10
by quentin-abara document recheck acme/prod
finish

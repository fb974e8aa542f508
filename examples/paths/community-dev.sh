#!/usr/bin/env bash
# Community Dev: the vendor's own, shared by the people of every customer, on sample data only, reset when it is due.
. "$(dirname "$0")/common.sh"
begin community-dev
shared=vendor/community-dev

phase "a second customer"
expect_refused CUS-004 by olive-hart customer add vendor --name "Acme in disguise"
by olive-hart customer add boreal --name "Boreal Phase I Unit"
person bo-lind "Bo Lind" customer-reviewer boreal
request_and_build acme demo

phase "Community Dev belongs to the vendor"
expect_refused ENV-010 by erik-lund environment request acme community-dev
expect_refused AUT-001 by rita-moss environment request vendor community-dev
expect_refused 'ENV-002|ENV-010' by erik-lund environment request vendor community-dev --from demo
request_and_build vendor community-dev
equal "its address" "$shared" "$address"
is in-use '$.state' environment show "$shared"
expect_refused ENV-003 by erik-lund environment request vendor community-dev
expect_refused 'ENV-001|ENV-010' by erik-lund environment request vendor sandbox

phase "no customer's data may enter"
sample source 7
expect_refused ENV-010 by erik-lund migration dump vendor "$work/source"
equal "volunteers in Community Dev" "$(rows acme/demo volunteer)" "$(rows "$shared" volunteer)"

phase "people of two customers change records"
sites=$(rows "$shared" site)
language() { column "$shared" general_setting key locale.language value; }
equal "language" en-GB "$(language)"
by rita-moss record set "$shared" general_setting key=locale.language value=de-DE
by bo-lind record add "$shared" site name="Boreal Unit" time_zone="Europe/Oslo" country=Norway >/dev/null
by bo-lind record archive "$shared" site "name=Harrogate Day Unit"
says "Boreal Unit" by rita-moss record list "$shared" site
says de-DE by bo-lind record list "$shared" general_setting
equal "sites" "$((sites + 1))" "$(rows "$shared" site)"
# Each of them still acts for nobody but their own customer elsewhere.
expect_refused AUT-002 by bo-lind record set acme/demo general_setting key=locale.language value=nl-NL
for who in "Rita Moss" "Bo Lind"; do says "$who" landfall ledger show --stream "records/$shared"; done

phase "it is reset"
expect_refused REA-001 by erik-lund --yes environment reset "$shared"
expect_refused AUT-001 by rita-moss --yes environment reset "$shared" --reason "the month is over"
expect_refused ENV-011 by erik-lund --yes environment reset acme/demo --reason "the month is over"
by erik-lund --yes environment reset "$shared" --reason "monthly reset, 2026-01"
if [ "$(value '$.state' environment show "$shared")" = requested ]; then by erik-lund environment build "$shared"; fi

phase "checks"
is in-use '$.state' environment show "$shared"
equal "language after the reset" en-GB "$(language)"
equal "sites after the reset" "$sites" "$(rows "$shared" site)"
equal "Harrogate after the reset" 0 "$(column "$shared" site name "Harrogate Day Unit" archived)"
by bo-lind record set "$shared" general_setting key=locale.language value=en-US
landfall vendor due
finish

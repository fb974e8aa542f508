#!/usr/bin/env bash
# What an inspector asks: the story of an environment, what was in PROD at a moment and who approved it, and a bundle
# that verifies without Landfall.
. "$(dirname "$0")/common.sh"
begin inspection
to_live

phase "the story"
for who in "Erik Lund" "Carl Quist"; do says "$who" landfall ledger story acme/prod; done
for label in demo sandbox migration-1 val-1 prod; do says "$label" landfall ledger story acme; done

phase "what was in PROD, and who approved it"
opened=$(value '$.since.opened' environment show acme/prod)
built=$(value '$.since.built' environment show acme/prod)
configuration=$(value '$.packages[0].digest' environment show acme/prod)
later 2026-03-02T09:00:00Z
landfall inspect "$opened" acme/prod
# In LIKE a `_` stands for any one character: the person may be named by identity or by name.
for text in "$configuration" carl_quist "$iq"; do
  [ "$(mentions "$text" inspect "$opened" acme/prod)" -gt 0 ] || fail "what was in PROD at $opened does not name $text"
done
is built '$.state' inspect "$built" acme/prod
for moment in "$opened" 2026-02-01; do is in-use '$.state' inspect "$moment" acme/prod; done

phase "a bundle that verifies without Landfall"
by quentin-abara customer export acme "$work/bundle" >/dev/null
command -v python3 >/dev/null || fail "python3, which runs the bundle's verify.py, is not installed"
mv "$work/bundle" "$work/elsewhere"
verify() { (cd "$work/elsewhere" && env -i PATH="$PATH" HOME="$HOME" python3 verify.py); }
verify
[ -n "$(find "$work/elsewhere" -name 'README*')" ] || fail "the bundle has no README"
[ "$(find "$work/elsewhere" -name '*.pdf' | wc -l)" -ge 4 ] || fail "the bundle lacks documents"

phase "nothing of a volunteer is in it"
grep -ohE '[^",]+@post\.test' "$work"/first/people.csv "$work"/final/people.csv | sort -u >"$work/emails"
[ -s "$work/emails" ] || fail "the source has no e-mail addresses to look for"
! grep -rqiFf "$work/emails" "$work/elsewhere" || fail "the bundle holds an e-mail address of the source"

phase "a bundle that was changed does not verify"
# changed FILE: changes a name in a file of the bundle, expects that to be found, and puts the file back.
changed() {
  cp "$1" "$work/before"
  chmod u+w "$1"
  sed 's/Erik Lund/Eric Lund/' "$work/before" >"$1"
  if cmp -s "$1" "$work/before"; then fail "$1 names nobody whom this path could change"; fi
  if verify; then fail "a bundle whose ${1##*/} was changed verifies"; fi
  cat "$work/before" >"$1"
}
changed "$work/elsewhere/ledger.jsonl"
changed "$(value '$.facts_path' document show "$iq" | sed "s|.*/documents/acme/|$work/elsewhere/documents/|")"
verify
finish

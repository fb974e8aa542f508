#!/usr/bin/env python3
"""Verifies a customer's bundle with nothing but Python: python3 verify.py [FOLDER] [HEAD]

HEAD is a ledger head known from elsewhere, such as the one on a printed document: all of it, or its first 12 digits or
more; blanks in it do not count. Every check that holds is an OK line;
the first that does not is a BAD line, and the exit code is 1.
"""

import hashlib
import json
import pathlib
import sys

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
# Blanks, also the invisible ones that are copied from a page, are no part of a digest.
KNOWN_HEAD = "".join(c for c in sys.argv[2] if c.isalnum()).lower() if len(sys.argv) > 2 else None


def check(holds, problem):
    if not holds:
        print("BAD", problem)
        sys.exit(1)


def read(path):
    check((FOLDER / path).is_file(), f"{path} is missing")
    return (FOLDER / path).read_bytes()


def parse(path):
    try:
        return json.loads(read(path))
    except ValueError:
        check(False, f"{path} is not JSON")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def verify_files(manifest):
    """Every file is the one that the manifest lists, and there is no other."""
    listed = {entry["path"]: entry for entry in manifest["files"]}
    found = {str(path.relative_to(FOLDER).as_posix()) for path in FOLDER.rglob("*") if not path.is_dir()}
    for path, entry in sorted(listed.items()):
        data = read(path)
        check(len(data) == entry["size"], f"{path}: expected {entry['size']} bytes, found {len(data)}")
        check(sha256(data) == entry["sha256"], f"{path}: expected SHA-256 {entry['sha256']}, found {sha256(data)}")
    for path in sorted(found - set(listed) - {"manifest.json"}):
        check(False, f"{path} is not in the manifest")
    print("OK  every file has its size and SHA-256:", len(listed), "files")


def verify_chain(manifest):
    """The ledger as docs/ledger-format.md says; returns its entries and their hashes."""
    lines = read("ledger.jsonl").split(b"\n")
    check(len(lines) >= 2 and not lines.pop(), "ledger.jsonl is cut off")
    count, head = manifest["ledger"]["count"], manifest["ledger"]["head"]
    trailer = b'{"count":%d,"head":"%s"}' % (count, head.encode())
    check(lines.pop() == trailer, "the trailer of ledger.jsonl does not say what the manifest says")
    check(len(lines) == count, f"ledger.jsonl: expected {count} entries, found {len(lines)}")
    hashes = [sha256(line) for line in lines]
    expected = head
    for number in range(count, 0, -1):
        check(hashes[number - 1] == expected, f"entry {number} of the ledger was changed")
        expected = json.loads(lines[number - 1])["previous"]
    check(expected == "0" * 64, "the ledger does not begin with its first entry")
    entries, versions, time = [json.loads(line) for line in lines], {}, ""
    for number, entry in enumerate(entries, 1):
        version = versions[entry["stream"]] = versions.get(entry["stream"], 0) + 1
        in_order = (entry["sequence"], entry["version"]) == (number, version) and entry["time"] >= time
        check(in_order, f"entry {number} of the ledger is out of order")
        time = entry["time"]
    if KNOWN_HEAD is not None:
        is_head = 12 <= len(KNOWN_HEAD) <= 64 and set(KNOWN_HEAD) <= set("0123456789abcdef")
        check(is_head, f"expected a head of 12 to 64 hexadecimal digits, found {sys.argv[2]!r}: copy it again")
        places = [number for number, known in enumerate(hashes, 1) if known.startswith(KNOWN_HEAD)]
        check(places, "the ledger does not contain the head that was given")
        print("    the head that was given is that of entry", places[0])
    print("OK  the chain of the ledger is intact:", count, "entries, head", head)
    return entries, hashes


def verify_documents(manifest, entries):
    """The facts of each document are those that the ledger froze; each signature is bound to them."""
    facts, bound, signed = {}, {}, {}
    for entry in entries:
        if entry["stream"] != "customer/" + manifest["customer"]["id"]:
            continue
        kind, body = entry["kind"], entry["body"]
        if kind == "customer.document-frozen":
            number = body["number"]
            facts[number, body["is-plan"]] = bound[number] = body["facts"]
        elif kind in ("customer.document-signed", "customer.document-rejected"):
            number, signature = body["number"], body["signature"]
            signed.setdefault(number, []).append(signature)
            who = f"the signature of {signature['name']} ({signature['meaning']}) on {number}"
            check(signature["digest"] == bound.get(number), f"{who}, entry {entry['sequence']}, is bound to other facts")
    documents = {document["number"]: document for document in manifest["documents"]}
    check(set(documents) == set(bound), "the manifest does not list the documents that the ledger knows")
    for number, document in sorted(documents.items()):
        for is_plan, name, key in ((True, "plan.json", "plan"), (False, "facts.json", "facts")):
            frozen = facts.get((number, is_plan))
            check(document[key] == frozen, f"{number}: the manifest and the ledger name different digests of its {key}")
            if frozen is not None:
                found = sha256(read(f"documents/{number}/{name}"))
                check(found == frozen, f"{number}/{name}: the ledger froze {frozen}, found {found}")
        check(document["signatures"] == signed.get(number, []), f"{number}: the manifest lists other signatures than the ledger")
    print("OK  the facts of every document are those that the ledger froze:", len(documents), "documents")
    print("OK  every signature is bound to the facts that were shown:", sum(map(len, signed.values())), "signatures")
    return facts


def verify_printed(manifest, facts, hashes):
    """What is printed on each rendition: heads that are in the chain, signatures that hold."""
    heads, signatures = 0, 0

    def in_chain(path, sequence, head):
        holds = 0 < sequence <= len(hashes) and hashes[sequence - 1] == head
        check(holds, f"{path}: the head that it prints is not in the ledger")

    for document in manifest["documents"]:
        number = document["number"]
        own = {facts.get((number, True)), facts.get((number, False))} - {None}
        for path in sorted((FOLDER / "documents" / number).glob("*.json")):
            name, content = f"{number}/{path.name}", parse(f"documents/{number}/{path.name}")
            if path.name in ("plan.json", "facts.json"):
                in_chain(name, content["ledger"]["sequence"], content["ledger"]["head"])
            else:
                frame = content["frame"]
                in_chain(name, frame["ledger_sequence"], frame["ledger_head"])
                check(frame["facts_digest"] in own, f"{name}: it was made of other facts")
                for signature in content["signatures"]:
                    holds = signature["valid"] and signature["bound_to"] in own
                    check(holds, f"{name}: the signature of {signature['name']} does not hold")
                    signatures += 1
                pdf = f"documents/{number}/{path.stem}.pdf"
                check((FOLDER / pdf).is_file(), f"{pdf} is missing")
            heads += 1
    print("OK  every printed head is in the chain:", heads, "heads")
    print("OK  every printed signature holds:", signatures, "signatures")


manifest = parse("manifest.json")
print("    manifest.json has SHA-256", sha256(read("manifest.json")))
try:
    verify_files(manifest)
    entries, hashes = verify_chain(manifest)
    facts = verify_documents(manifest, entries)
    verify_printed(manifest, facts, hashes)
except (AttributeError, KeyError, TypeError, ValueError) as error:
    check(False, f"the bundle does not have the form that was expected: {error!r}")
print("OK  the bundle of", manifest["customer"]["name"], "made on", manifest["made"])

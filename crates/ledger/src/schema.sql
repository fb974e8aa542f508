CREATE TABLE entry (
    sequence INTEGER PRIMARY KEY,
    stream   TEXT NOT NULL,
    version  INTEGER NOT NULL,
    time     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    hash     TEXT NOT NULL,
    line     TEXT NOT NULL,
    UNIQUE (stream, version)
) STRICT;

CREATE INDEX entry_hash ON entry (hash);

CREATE TABLE head (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL CHECK (count >= 0),
    hash  TEXT NOT NULL
) STRICT;

INSERT INTO head (id, count, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER entry_refuses_update BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER entry_refuses_delete BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

-- INSERT OR REPLACE removes the row in its way without a delete trigger, so an entry may only follow the last.
CREATE TRIGGER entry_follows_the_last BEFORE INSERT ON entry
WHEN NEW.sequence IS NOT (SELECT count + 1 FROM head WHERE id = 1)
  OR NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM entry WHERE stream = NEW.stream)
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER head_refuses_insert BEFORE INSERT ON head
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER head_refuses_delete BEFORE DELETE ON head
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER head_follows_the_last BEFORE UPDATE ON head
WHEN NEW.id IS NOT 1
  OR NEW.count IS NOT OLD.count + 1
  OR NEW.hash IS NOT (SELECT hash FROM entry WHERE sequence = NEW.count)
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

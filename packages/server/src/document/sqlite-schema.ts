import type Database from 'libsql'
import { MOST_OF_OWNER, NOBODY } from './lists.js'
import {
  areComments,
  documentId,
  namesWithoutComments,
  OF_DOCUMENT_IN_SCHEMA_6,
  SCHEMA_VERSION,
} from './schema.js'

const PAGE_BYTES = 2_048

const DOCUMENTS = `
  CREATE TABLE documents (
    room TEXT PRIMARY KEY,
    generation INTEGER NOT NULL
  );
  CREATE TABLE snapshots (
    generation INTEGER NOT NULL,
    part INTEGER NOT NULL,
    room TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (generation, part)
  );
  CREATE INDEX snapshots_room ON snapshots (room);
  CREATE TABLE updates (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE INDEX updates_room ON updates (room);
  CREATE TABLE generations (last INTEGER NOT NULL);
  INSERT INTO generations VALUES (0);
`

/** Each document has a row with its size and its times. The row of a removed document has no name. */
const CATALOG = `
  ALTER TABLE documents RENAME TO former;
  CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    room TEXT,
    incarnation TEXT NOT NULL,
    generation INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    used INTEGER NOT NULL
  );
  CREATE INDEX documents_room ON documents (room);
  CREATE TABLE records (
    room TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    json TEXT NOT NULL,
    link TEXT UNIQUE,
    owner TEXT
  );
  CREATE INDEX records_owner ON records (owner);
`

/** The size of a document's versions is in its row. Their contents are snapshots. */
const VERSIONS = `
  ALTER TABLE documents ADD COLUMN history INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    hash TEXT NOT NULL,
    name TEXT,
    authors TEXT NOT NULL
  );
  CREATE INDEX versions_room ON versions (room, id);
  CREATE TABLE writers (
    room TEXT NOT NULL,
    author TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (room, author)
  );
`

/** What lists say of documents, whom records name, and what users say of documents in their lists. */
const LISTS = `
  ALTER TABLE documents ADD COLUMN title TEXT;
  ALTER TABLE documents ADD COLUMN kind TEXT;
  ALTER TABLE records ADD COLUMN trashed INTEGER;
  ALTER TABLE records ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX records_owned ON records (owner, revision) WHERE trashed IS NULL;
  CREATE INDEX records_thrown ON records (owner, revision) WHERE trashed IS NOT NULL;
  CREATE INDEX records_trashed ON records (trashed) WHERE trashed IS NOT NULL;
  CREATE TABLE shares (
    person TEXT NOT NULL,
    room TEXT NOT NULL,
    owner TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (person, room)
  ) WITHOUT ROWID;
  CREATE INDEX shares_room ON shares (room);
  CREATE INDEX shares_number ON shares (person, number);
  CREATE INDEX shares_owner ON shares (person, owner, number);
  INSERT INTO shares SELECT person, room, coalesce(owner, '${NOBODY}'), revision FROM (
    SELECT named.key AS person, room, owner, revision,
      row_number() OVER (PARTITION BY named.key, owner ORDER BY revision DESC) AS place
    FROM records, json_each(records.json, '$.users') AS named)
    WHERE place <= ${MOST_OF_OWNER};
  UPDATE records SET named = (SELECT count(*) FROM json_each(records.json, '$.users'));
  CREATE TABLE marks (
    person TEXT NOT NULL,
    room TEXT NOT NULL,
    number INTEGER NOT NULL,
    starred INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    PRIMARY KEY (person, room)
  ) WITHOUT ROWID;
  CREATE INDEX marks_room ON marks (room);
  CREATE INDEX marks_number ON marks (person, number);
`

/** The updates of each room have numbers of their own. Those that were given stay, and the next ones come after them. */
const NUMBERS = `
  ALTER TABLE documents ADD COLUMN last INTEGER NOT NULL DEFAULT 0;
  UPDATE documents SET last = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'updates'), 0);
  CREATE TABLE numbered (
    room TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (room, number)
  );
  INSERT INTO numbered SELECT room, number, bytes FROM updates;
  DROP TABLE updates;
  ALTER TABLE numbered RENAME TO updates;
`

/** The folders of users, and which documents they have put there. */
const FOLDERS = `
  CREATE TABLE folders (
    person TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (person, id)
  ) WITHOUT ROWID;
  CREATE TABLE placed (
    person TEXT NOT NULL,
    room TEXT NOT NULL,
    folder TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (person, room)
  ) WITHOUT ROWID;
  CREATE INDEX placed_room ON placed (room);
  CREATE INDEX placed_number ON placed (person, number);
  CREATE INDEX placed_folder ON placed (person, folder, number);
`

const CARRY_OVER = `
  INSERT INTO documents SELECT
    ?1, ?2, '0', coalesce((SELECT generation FROM former WHERE room = ?2), 0),
    (SELECT coalesce(sum(length(bytes)), 0) FROM updates WHERE room = ?2) +
    (SELECT coalesce(sum(length(bytes)), 0) FROM snapshots
      WHERE generation IN (SELECT generation FROM former WHERE room = ?2)),
    ?3, ?3, ?3
`

/** The steps from each version to the next one. */
const STEPS: readonly ((database: Database.Database) => void)[] = [
  (database) => database.exec(DOCUMENTS),
  (database) => {
    database.exec(CATALOG)
    const rooms = database.prepare('SELECT room FROM former UNION SELECT room FROM updates').all()
    const carryOver = database.prepare(CARRY_OVER)
    for (const { room } of rooms as { room: string }[]) {
      carryOver.run(documentId(room), room, Date.now())
    }
    database.exec('DROP TABLE former')
  },
  (database) => database.exec(VERSIONS),
  (database) => database.exec(LISTS),
  (database) => database.exec(NUMBERS),
  renameComments,
  (database) => database.exec(FOLDERS),
]

/** Rooms that are called like those of comments were like any other. @see PROTOCOL.md CM10 */
function renameComments(database: Database.Database): void {
  const found = database.prepare(`SELECT room FROM documents WHERE ${areComments('room')}`)
  for (const { room } of found.all() as { room: string }[]) rename(database, room)
}

function rename(database: Database.Database, room: string): void {
  const taken = database.prepare('SELECT 1 FROM documents WHERE id = ?')
  for (const name of namesWithoutComments(room)) {
    if (taken.get(documentId(name)) !== undefined) continue
    const row = database.prepare('UPDATE documents SET id = ?, room = ? WHERE room = ?')
    row.run(documentId(name), name, room)
    for (const table of OF_DOCUMENT_IN_SCHEMA_6) {
      database.prepare(`UPDATE ${table} SET room = ? WHERE room = ?`).run(name, room)
    }
    return
  }
}

/**
 * Says how the pages of a new database are laid out; one that has pages stays as it is. They are small, as
 * most writes are of some bytes, and what nothing uses any more can be given back.
 *
 * @see PROTOCOL.md DO110
 */
export function layOut(database: Database.Database): void {
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}`)
  database.exec('PRAGMA auto_vacuum = INCREMENTAL')
}

/**
 * Creates the tables, or upgrades those of an earlier version. Call it in a transaction.
 */
export function upgrade(database: Database.Database): void {
  const version = readVersion(database)
  if (version === SCHEMA_VERSION) return
  for (const step of STEPS.slice(version)) step(database)
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
}

export function readVersion(database: Database.Database): number {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
    user_version: number
  }
  return version
}

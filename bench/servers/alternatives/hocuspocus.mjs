// Hocuspocus with its extension for databases and SQLite, as in its documentation. With its defaults it stores
// a document two to ten seconds after an edit.
import { join } from 'node:path'
import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'
import Sqlite from 'libsql'

const db = new Sqlite(join(process.env['DATA'] ?? '', 'hocuspocus.sqlite'))
db.exec('CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, data BLOB NOT NULL)')
const read = db.prepare('SELECT data FROM documents WHERE name = ?')
const write = db.prepare(
  'INSERT INTO documents VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data',
)

const server = new Server({
  port: Number(process.env['PORT']),
  address: '127.0.0.1',
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => read.get(documentName)?.data ?? null,
      store: async ({ documentName, state }) => void write.run(documentName, state),
    }),
  ],
})
await server.listen()

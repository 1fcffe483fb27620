import { stat } from 'node:fs/promises'
import Database from 'libsql'
import type { SourceDocument } from './source.js'

/** Reads the file of Hocuspocus's SQLite extension. */
export async function* readHocuspocus(file: string): AsyncGenerator<SourceDocument> {
  await stat(file)
  const database = new Database(file, { readonly: true })
  try {
    const rows = database.prepare('SELECT name, data FROM documents ORDER BY name').iterate()
    for (const row of rows) {
      const { name, data } = row as { name: string; data: ArrayBuffer }
      yield { name, read: () => new Uint8Array(data) }
    }
  } finally {
    database.close()
  }
}

// A script that writes a document: nothing but the threads of the documents keeps its process alive.
import { createWhereabouts } from '@whereabouts/server'
import * as Y from 'yjs'

const written = new Y.Doc()
written.getText('t').insert(0, 'kept')

const whereabouts = await createWhereabouts({ auth: 'open', dataDir: process.argv[2] })
const { rooms } = whereabouts
await rooms.update('a', Y.encodeStateAsUpdate(written))
// The version that follows an update isn't awaited by anyone but the end of the server.
const last = rooms.update('b', Y.encodeStateAsUpdate(written))
await whereabouts.close()
await last
process.stdout.write('stored, closed\n')

// What an application does with the server package, in whatever runtime runs this: two people meet, a
// document is kept, and the server ends. Prints "ok".
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { joinRoom } from '@whereabouts/client'
import { createWhereabouts } from '@whereabouts/server'
import { Doc, applyUpdate, encodeStateAsUpdate } from 'yjs'

const DEADLINE_MS = 20_000

const whereabouts = await createWhereabouts({ auth: 'open' })
const server = createServer((request, response) => {
  void whereabouts.handle(request, response, () => response.writeHead(404).end())
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
assert(typeof address === 'object' && address !== null)
const url = `http://127.0.0.1:${address.port}`

const late = setTimeout(() => {
  process.stderr.write('The two people did not meet in time.\n')
  process.exit(1)
}, DEADLINE_MS)

const [ann, bob] = ['Ann', 'Bob'].map((name) =>
  joinRoom({ url, room: 'budget', member: name, user: { name } }),
)
assert(ann !== undefined && bob !== undefined)
bob.move({ cell: 'B1' })
await until(ann, ({ others }) => others.some(({ location }) => location !== null))
const [other] = ann.getSnapshot().others
assert.deepEqual([other?.user.name, other?.location], ['Bob', { cell: 'B1' }])

const written = new Doc()
written.getText('text').insert(0, 'Hello')
const document = `${url}/rooms/budget/document`
const body = new Uint8Array(encodeStateAsUpdate(written))
const headers = { 'Content-Type': 'application/octet-stream' }
const { status } = await fetch(document, { method: 'POST', headers, body })
assert.equal(status, 200)
const read = new Doc()
applyUpdate(read, new Uint8Array(await (await fetch(document)).arrayBuffer()))
assert.equal(read.getText('text').toJSON(), 'Hello')

await bob.leave()
await until(ann, ({ others }) => others.length === 0)
await ann.leave()
await whereabouts.close()
server.close()
clearTimeout(late)
process.stdout.write('ok\n')

/**
 * @param {import('@whereabouts/client').Room} room
 * @param {(snapshot: import('@whereabouts/client').RoomSnapshot) => boolean} isThere
 * @returns {Promise<void>}
 */
function until(room, isThere) {
  return new Promise((resolve) => {
    const look = () => {
      if (!isThere(room.getSnapshot())) return
      stop()
      resolve()
    }
    const stop = room.subscribe(look)
    look()
  })
}

import { once } from 'node:events'
import { expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { accepted, postUpdate, TestDocument } from 'whereabouts-conformance/document'
import { open } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { startPlain } from '../servers/plain.js'

/** The longest that a post may wait. All the reads take the server several times as long. */
const SOON_MS = 2_000
const READS = 80
const UPDATES = 4
const CELLS = 15_000

/** An update of many structs, which takes a while to read. */
function largeUpdate(number: number): Uint8Array {
  const doc = new Doc()
  const cells = doc.getMap('cells')
  for (let index = 0; index < CELLS; index++) cells.set(`${number} ${index}`, index)
  return encodeStateAsUpdate(doc)
}

/** Reads all of a document, by a state vector that nobody else has. */
async function read(room: TestRoom, client: number): Promise<number | undefined> {
  // One client, of a number in two bytes, with the clock 1.
  const vector = Buffer.from([1, (client % 128) + 128, Math.floor(client / 128) + 1, 1])
  const response = await open(room.url('document', { sv: vector.toString('base64url') }))
  await once(response.resume(), 'end')
  return response.statusCode
}

it('[DO61] [DO62] many reads of a large document don’t delay a post to it', async () => {
  await using server = await startPlain()
  const room = new TestRoom(server.baseUrl)
  for (let number = 0; number < UPDATES; number++)
    accepted(await postUpdate(room, largeUpdate(number)))
  const writer = new TestDocument(room)
  const beforeMs = performance.now()
  const answered: number[] = []
  const reads = Array.from({ length: READS }, async (_, client) => {
    const status = await read(room, client)
    answered.push(performance.now() - beforeMs)
    return status
  })
  await Promise.race(reads)
  const posts: number[] = []
  for (let post = 0; post < 5; post++) {
    const sinceMs = performance.now()
    await writer.post(`post ${post}`)
    posts.push(performance.now() - sinceMs)
  }
  const answeredBefore = answered.length
  expect(await Promise.all(reads)).toEqual(Array.from({ length: READS }, () => 200))
  expect(Math.max(...posts)).toBeLessThan(SOON_MS)
  // The posts passed most of the reads.
  expect(answeredBefore).toBeLessThan(READS / 2)
})

import { setTimeout } from 'node:timers/promises'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it, vi } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, mergeUpdates, UpdateEncoderV1 } from 'yjs'
import {
  accepted,
  BYTES,
  getDocument,
  postUpdate,
  TestDocument,
} from 'whereabouts-conformance/document'
import { call } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { startApp } from '../servers/nest.js'
import { startServer } from '../servers/standalone.js'

/** The costly updates have more authors than an account adds to others' documents. DO63 */
const NO_BUDGETS = { WHEREABOUTS_BUDGET_SCALE: '0' }
/** All of a flood comes from one account, which may have a quarter of all bodies that are arriving. FR14 */
const FOR_A_FLOOD = { ...NO_BUDGETS, WHEREABOUTS_MAX_ARRIVING_BYTES: String(4 * 8 * 1_048_576) }
/** The longest that any other request may wait. */
const SOON_MS = 1_500
/** An update of this size takes Yjs most of a minute. */
const TOO_MUCH = 20_000
/** An update of this size takes Yjs seconds. */
const MUCH = 4_000
const PATIENCE_MS = 120_000

/** Makes the text that a costly update edits; somebody wrote it from its end to its beginning. */
function base(length: number): Uint8Array {
  return structs([{ client: 1, letters: lettersBefore(length) }])
}

function lettersBefore(length: number): Letters[] {
  return Array.from({ length }, (_, clock) =>
    clock === 0 ? { text: 'b' } : { text: 'b', before: clock - 1 },
  )
}

/** Makes an update of many clients, each of which saw another part of that text and wrote before it. */
function costly(length: number): Uint8Array {
  return structs(
    Array.from({ length }, (_, index) => ({
      client: 1_000 + length - index,
      letters: [{ text: 'a', before: ((length - index) * 7_919) % length }],
    })),
  )
}

interface Letters {
  readonly text: string
  /** The clock of the letter of the first client that they were written before. */
  readonly before?: number
}

interface Author {
  readonly client: number
  readonly letters: readonly Letters[]
}

function structs(authors: readonly Author[]): Uint8Array {
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(authors.length)
  for (const { client, letters } of authors) {
    for (const value of [letters.length, client, 0]) encoder.writeLen(value)
    for (const { text, before } of letters) writeLetters(encoder, text, before)
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

function writeLetters(encoder: UpdateEncoderV1, text: string, before?: number): void {
  encoder.writeInfo(before === undefined ? 4 : 4 | 64)
  if (before === undefined) {
    encoder.writeParentInfo(true)
    encoder.writeString('page')
  } else {
    for (const value of [1, before]) encoder.writeLen(value)
  }
  encoder.writeString(text)
}

/** Makes an update with one long text. */
function longText(length: number): Uint8Array {
  return structs([{ client: 1, letters: [{ text: 'b'.repeat(length) }] }])
}

/** Posts an update whose answer takes long. */
async function post(
  room: TestRoom,
  update: Uint8Array,
): Promise<{ status: number; body: unknown }> {
  const body = Buffer.from(update)
  const response = await fetch(room.url('document'), { method: 'POST', headers: BYTES, body })
  return { status: response.status, body: await response.json() }
}

async function timed<T>(promise: Promise<T>): Promise<{ ms: number; result: T }> {
  const beganMs = performance.now()
  return { result: await promise, ms: performance.now() - beganMs }
}

function textIn(update: Uint8Array): string {
  const doc = new Doc()
  applyUpdate(doc, update)
  return doc.getText('page').toString()
}

describe('an update that takes long to apply', { timeout: PATIENCE_MS }, () => {
  it('[DO17 DO19] does not delay other rooms, readiness or metrics', async () => {
    await using server = await startServer({}, 0, [], NO_BUDGETS)
    const { baseUrl } = server
    const bombed = new TestRoom(baseUrl, 'bombed')
    const writer = new TestDocument(new TestRoom(baseUrl, 'other'))
    await writer.post('before')
    accepted(await postUpdate(bombed, base(MUCH)))
    const bomb = post(bombed, costly(MUCH))
    await setTimeout(200)
    for (const { ms, result } of await Promise.all([
      timed(postUpdate(writer.room, writer.write('during'))),
      timed(call(`${baseUrl}/rooms/another/document`)),
      timed(call(`${baseUrl}/health/ready`)),
      timed(call(`${baseUrl}/metrics`)),
    ])) {
      expect(result.status).toBe(200)
      expect(ms).toBeLessThan(SOON_MS)
    }
    const same = post(bombed, encodeStateAsUpdate(Object.assign(new Doc(), { clientID: 7 })))
    expect(await bomb).toMatchObject({ status: 200 })
    expect(await same).toMatchObject({ status: 200 })
    expect(textIn(await getDocument(bombed))).toHaveLength(2 * MUCH)
    expect((await new TestDocument(writer.room).fetch()).cells).toEqual(writer.cells)
    const { text } = await call(`${baseUrl}/metrics`)
    expect(text).toMatch(/^whereabouts_document_updates_total 5$/m)
  })

  it('[DO41 DO17] is refused as too-costly in the end, and the document is intact', async () => {
    await using server = await startServer({}, 0, [], NO_BUDGETS)
    const room = new TestRoom(server.baseUrl, 'bombed')
    accepted(await postUpdate(room, base(TOO_MUCH)))
    const bomb = post(room, costly(TOO_MUCH))
    await setTimeout(200)
    const later = structs([{ client: 2, letters: [{ text: 'later' }] }])
    const meanwhile = post(room, later)
    const reader = fetch(room.url('document'))
    expect(await bomb).toMatchObject({
      status: 400,
      body: { type: 'urn:whereabouts:problem:bad-update', reason: 'too-costly' },
    })
    expect(await meanwhile).toMatchObject({ status: 200 })
    expect((await reader).status).toBe(200)
    const text = textIn(await getDocument(room))
    expect(text).toContain('later')
    expect(text.replace('later', '')).toBe('b'.repeat(TOO_MUCH))
  })

  it('[DO17] does not lose documents that are kept in memory', async () => {
    const imports = [WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })]
    await using server = await startApp('fastify', { imports })
    const room = new TestRoom(server.baseUrl, 'bombed')
    const writer = new TestDocument(new TestRoom(server.baseUrl, 'other'))
    await writer.post('before')
    accepted(await postUpdate(room, base(MUCH)))
    const bomb = post(room, costly(MUCH))
    await setTimeout(200)
    await writer.post('during')
    expect((await new TestDocument(writer.room).fetch()).cells).toEqual(writer.cells)
    expect(await bomb).toMatchObject({ status: 200 })
    expect(textIn(await getDocument(room))).toHaveLength(2 * MUCH)
  })

  it('[DO45] does not delay shutdown', async () => {
    await using server = await startServer({}, 0, [], NO_BUDGETS)
    const room = new TestRoom(server.baseUrl, 'bombed')
    accepted(await postUpdate(room, base(TOO_MUCH)))
    const bomb = post(room, costly(TOO_MUCH))
    await setTimeout(500)
    const { ms } = await timed(server.stop())
    expect(ms).toBeLessThan(9_000)
    expect(await bomb).toMatchObject({
      status: 503,
      body: { type: 'urn:whereabouts:problem:shutting-down' },
    })
  })
})

it(
  '[DO18] rooms flooded with known updates don’t keep others from being saved',
  async () => {
    await using server = await startServer({}, 0, [], FOR_A_FLOOD)
    const flood = longText(900_000)
    const stopped = new AbortController()
    const flooding = ['one', 'two'].flatMap((name) => {
      const room = new TestRoom(server.baseUrl, name)
      return Array.from({ length: 4 }, async () => {
        while (!stopped.signal.aborted) {
          expect((await post(room, flood)).body).toEqual({ id: expect.any(String) as string })
        }
      })
    })
    const writer = new TestDocument(new TestRoom(server.baseUrl, 'other'))
    try {
      for (let count = 0; count < 20; count++) {
        const { ms } = await timed(writer.post(`r${count}`))
        expect(ms).toBeLessThan(SOON_MS)
      }
    } finally {
      stopped.abort()
      await Promise.all(flooding)
    }
    expect((await new TestDocument(writer.room).fetch()).cells).toEqual(writer.cells)
  },
  PATIENCE_MS,
)

it(
  '[DO24] new rooms that each start with an update of seconds don’t keep others from being saved',
  async () => {
    await using server = await startServer({}, 0, [], NO_BUDGETS)
    const writer = new TestDocument(new TestRoom(server.baseUrl, 'other'))
    await writer.post('before')
    const over = new AbortController()
    const bombs = Array.from({ length: 12 }, (_, index) =>
      post(new TestRoom(server.baseUrl, `new-${index}`), bomb(1.5 * MUCH)),
    )
    const answered = Promise.all(bombs).finally(() => over.abort())
    let longestMs = 0
    for (let count = 0; !over.signal.aborted; count++) {
      const { ms } = await timed(writer.post(`r${count}`))
      longestMs = Math.max(longestMs, ms)
      await setTimeout(100)
    }
    expect(longestMs).toBeLessThan(2_000)
    // Some posts are accepted, and the others are told to retry.
    const answers = new Set((await answered).map(({ status }) => status))
    expect([...answers].filter((status) => ![200, 400, 503].includes(status))).toEqual([])
    expect(answers.size).toBeGreaterThan(1)
  },
  PATIENCE_MS,
)

/** Makes one update with a text and the letters that many clients insert into it. */
function bomb(length: number): Uint8Array {
  return mergeUpdates([base(length), costly(length)])
}

/** Makes an update with the deleted content of many clients, which is small but slow to read. */
function people(count: number): Uint8Array {
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(count)
  for (let client = count; client > 0; client--) {
    for (const value of [1, client, 0, 0, 1]) encoder.writeLen(value)
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

it(
  '[DO18] rooms that each take just less than the limit don’t keep others from being saved',
  async () => {
    await using server = await startServer({}, 0, [], NO_BUDGETS)
    const rooms = Array.from({ length: 6 }, (_, index) => new TestRoom(server.baseUrl, `r${index}`))
    for (const room of rooms) expect((await post(room, people(20_000))).status).toBe(200)
    const stopped = new AbortController()
    let reads = 0
    const flooding = rooms.flatMap((room) =>
      Array.from({ length: 20 }, async () => {
        while (!stopped.signal.aborted) {
          // Readers of these rooms may have to wait long.
          await (await fetch(room.url('document'))).arrayBuffer()
          reads += 1
        }
      }),
    )
    const writer = new TestDocument(new TestRoom(server.baseUrl, 'other'))
    try {
      await vi.waitUntil(() => reads > 120, { timeout: PATIENCE_MS })
      for (let count = 0; count < 20; count++) {
        const { ms } = await timed(writer.post(`r${count}`))
        expect(ms).toBeLessThan(SOON_MS)
      }
    } finally {
      stopped.abort()
      await Promise.all(flooding)
    }
  },
  PATIENCE_MS,
)

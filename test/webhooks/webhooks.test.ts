import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { END_MS } from 'whereabouts-conformance/deadline'
import { TestDocument } from 'whereabouts-conformance/document'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { startServer } from '../servers/standalone.js'
import { openDatabase } from '../servers/database.js'
import { startReceiver, type Received } from './receiver.js'

const typesOf = (messages: readonly Received[]) => messages.map(({ type }) => type)
const idsOf = (messages: readonly Received[]) => new Set(messages.map(({ id }) => id))

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-webhooks-'))
  try {
    await work(dataDir)
  } finally {
    await rm(dataDir, { recursive: true })
  }
}

/** Somebody comes, with a name, and goes. */
async function visit(room: TestRoom, name: string): Promise<void> {
  const key = memberKey()
  await room.move(key, 'A1', { name })
  await room.leave(key)
}

async function metricsOf(baseUrl: string): Promise<{ readonly [name: string]: number }> {
  const { text } = await call(`${baseUrl}/metrics`)
  const found = text.matchAll(/^whereabouts_webhooks_(\w+) (\d+)$/gm)
  return Object.fromEntries(Array.from(found, ([, name = '', value]) => [name, Number(value)]))
}

describe('webhooks', () => {
  it('[WH3 WH4] tell what happens in the rooms that are wanted, signed', async () => {
    await using receiver = await startReceiver()
    const kinds = { WHEREABOUTS_WEBHOOK_ROOMS: 'budget-*,minutes' }
    await using server = await startServer({}, 0, [], { ...receiver.variables, ...kinds })
    for (const name of ['other', 'budget', 'budget-1']) {
      await visit(new TestRoom(server.baseUrl, name), 'Ada')
    }
    await new TestDocument(new TestRoom(server.baseUrl, 'minutes')).post('A1')
    await expect.poll(() => receiver.taken.length).toBe(5)
    expect(typesOf(receiver.taken).toSorted()).toEqual([
      'created',
      'document',
      'emptied',
      'join',
      'leave',
    ])
    const join = receiver.taken.find(({ type }) => type === 'join')!
    expect(join.data).toMatchObject({ room: 'budget-1', user: { name: 'Ada' } })
    const document = receiver.taken.find(({ type }) => type === 'document')!
    expect(document.data).toEqual({ room: 'minutes' })
    expect(idsOf(receiver.received).size).toBe(5)
    expect(receiver.wrong).toEqual([])
  })

  it('[WH3] tell moves if they are wanted', async () => {
    await using receiver = await startReceiver()
    const kinds = { WHEREABOUTS_WEBHOOK_KINDS: 'move' }
    await using server = await startServer({}, 0, [], { ...receiver.variables, ...kinds })
    await new TestRoom(server.baseUrl, 'r').move(memberKey(), 'C5')
    await expect.poll(() => receiver.taken.length).toBe(1)
    expect(receiver.taken[0]).toMatchObject({ type: 'move', data: { room: 'r', location: 'C5' } })
  })

  it('[WH2 WH5 WH11] are sent again after errors, redirects and broken connections, with one id', async () => {
    await using elsewhere = await startReceiver()
    const answers = [500, 302, 410, undefined]
    await using receiver = await startReceiver(0, (_received, response) => {
      if (answers.length === 0) return 200
      const status = answers.shift()
      if (status === undefined) response.destroy()
      else if (status === 302) response.writeHead(302, { location: elsewhere.url }).end()
      else return status
      return undefined
    })
    const kinds = { WHEREABOUTS_WEBHOOK_KINDS: 'join' }
    await using server = await startServer({}, 0, [], { ...receiver.variables, ...kinds })
    await visit(new TestRoom(server.baseUrl), 'Ada')
    await expect.poll(() => receiver.taken.length).toBe(1)
    expect(receiver.received).toHaveLength(5)
    expect(idsOf(receiver.received).size).toBe(1)
    expect(elsewhere.received).toEqual([])
    expect(receiver.wrong).toEqual([])
    const { port } = receiver
    await expect
      .poll(() => server.output())
      .toMatch(new RegExp(`127.0.0.1:${port} fails: it answered 500; 1 messages`))
    await expect
      .poll(() => server.output())
      .toMatch(new RegExp(`127.0.0.1:${port} takes messages again`))
    expect(server.output()).not.toContain('secret')
    await expect
      .poll(() => metricsOf(server.baseUrl))
      .toEqual({ sent_total: 1, failed_total: 4, dropped_total: 0, waiting: 0 })
  })

  it('[WH5 WH9] wait for nobody: a receiver that hangs holds up no room and no shutdown', async () => {
    await using receiver = await startReceiver(0, () => undefined)
    const server = await startServer({}, 0, [], receiver.variables)
    const room = new TestRoom(server.baseUrl)
    await visit(room, 'Ada')
    await expect.poll(() => receiver.received.length).toBeGreaterThan(2)
    const sinceMs = performance.now()
    for (let count = 0; count < 100; count++) await visit(room, 'Ben')
    // Each would have waited for 10 s.
    expect(performance.now() - sinceMs).toBeLessThan(9_000)
    const stoppedMs = performance.now()
    await server.stop()
    expect(performance.now() - stoppedMs).toBeLessThan(END_MS)
  })

  it('[WH5] that take longer than 10 s are sent again', async () => {
    const hung: Received[] = []
    await using receiver = await startReceiver(0, (message) => {
      if (hung.length > 0) return 200
      hung.push(message)
      return undefined
    })
    const kinds = { WHEREABOUTS_WEBHOOK_KINDS: 'join' }
    await using server = await startServer({}, 0, [], { ...receiver.variables, ...kinds })
    await visit(new TestRoom(server.baseUrl), 'Ada')
    await expect.poll(() => receiver.taken.length).toBe(1)
    expect(receiver.taken[0]!.id).toBe(hung[0]!.id)
    expect(receiver.taken[0]!.atMs - hung[0]!.atMs).toBeGreaterThan(10_000)
  })

  it('[WH7] reach a receiver that was down, though the server was killed and stopped meanwhile', () =>
    withFolder(async (dataDir) => {
      const absent = await startReceiver()
      await absent.stop()
      const variables = { ...absent.variables, WHEREABOUTS_WEBHOOK_KINDS: 'join' }
      const start = () => startServer({ dataDir }, 0, [], variables)
      const killed = await start()
      await visit(new TestRoom(killed.baseUrl), 'Ada')
      await expect.poll(() => metricsOf(killed.baseUrl)).toMatchObject({ waiting: 1 })
      await killed.kill()
      const stopped = await start()
      await visit(new TestRoom(stopped.baseUrl), 'Ben')
      await stopped.stop()
      await using receiver = await startReceiver(absent.port)
      await using _server = await start()
      await expect.poll(() => receiver.taken.length, { timeout: 60_000 }).toBe(2)
      const names = receiver.taken.map(
        ({ data }) => (data['user'] as { readonly name: string }).name,
      )
      expect(names.toSorted()).toEqual(['Ada', 'Ben'])
    }))

  it('[WH7 WH9] are kept and sent when the file can be written again', () =>
    withFolder(async (dataDir) => {
      await using receiver = await startReceiver()
      const kinds = { WHEREABOUTS_WEBHOOK_KINDS: 'join' }
      await using server = await startServer({ dataDir }, 0, [], {
        ...receiver.variables,
        ...kinds,
      })
      const room = new TestRoom(server.baseUrl)
      const database = openDatabase(join(dataDir, 'webhooks.sqlite'))
      database.exec('BEGIN EXCLUSIVE')
      await visit(room, 'Ada')
      await expect.poll(() => server.output()).toContain("webhooks can't be kept in")
      // Also what comes meanwhile.
      await visit(room, 'Ben')
      database.exec('COMMIT')
      database.close()
      await expect.poll(() => receiver.taken.length).toBe(2)
      expect(server.output().match(/can't be kept/g)).toHaveLength(1)
    }))

  it('[WH9] of a server that stops are sent if the receiver is well', async () => {
    await using receiver = await startReceiver(0, async () => {
      await new Promise((resolve) => void setTimeout(resolve, 300))
      return 200
    })
    const server = await startServer({}, 0, [], receiver.variables)
    await visit(new TestRoom(server.baseUrl), 'Ada')
    await server.stop()
    expect(typesOf(receiver.taken).toSorted()).toEqual(['created', 'emptied', 'join', 'leave'])
  })

  it('[WH1] refuse a start with wrong settings', async () => {
    const variables = { WHEREABOUTS_WEBHOOK_URL: 'http://a.example/hooks' }
    await expect(startServer({}, 0, [], variables)).rejects.toThrow(
      /WEBHOOK_SECRET: must be[^]*WEBHOOK_URL: must be|WEBHOOK_URL: must be[^]*WEBHOOK_SECRET: must be/,
    )
  })
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWhereabouts, type WhereaboutsOptions } from '@whereabouts/server'
import { Counter, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { call, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openSocket } from 'whereabouts-conformance/socket'
import { end, openStream } from 'whereabouts-conformance/stream'
import { RecordingLog } from '../servers/log.js'
import { startPlain } from '../servers/plain.js'

it('[HT18] passes requests other than calls to the application unchanged', async () => {
  const seen: [string | undefined, boolean, readonly string[]][] = []
  await using plain = await startPlain({ path: '/presence/', article: false, operations: false })
  const server = createServer((request, response) => {
    void plain.whereabouts.handle(request, response).then((isCall) => {
      if (isCall) return
      seen.push([request.url, response.headersSent, response.getHeaderNames()])
      response.end('own')
    })
  })
  await using own = await startPlain({}, () => server)
  const others = [
    '/',
    '/rooms/x/location',
    '/presence',
    '/presence/',
    '/presence/rooms/x',
    '/presence/rooms/x/location/',
    '/presence/deeper/rooms/x/location',
    '/presence/location/sse',
    '/presence/health/live',
    '/presence/metrics',
  ]
  for (const path of others) {
    expect(await call(own.baseUrl + path), path).toMatchObject({ status: 200, text: 'own' })
  }
  expect(seen).toEqual(others.map((path) => [path, false, []]))
  await new TestRoom(`${own.baseUrl}/presence`).move(memberKey(), 1)
  expect(seen).toHaveLength(others.length)
})

it('[RM19] the address for watching a full room includes the path that the calls are mounted at', async () => {
  await using plain = await startPlain({ path: 'presence', maxMembers: 1 })
  const room = new TestRoom(`${plain.baseUrl}/presence`, 'default')
  await room.move(memberKey(), 1)
  for (const url of [room.url('location'), `${plain.baseUrl}/presence/location`]) {
    const { extensions } = await expectRefused('room-full', url, { json: 1 })
    expect(extensions).toEqual({ watch: '/presence/rooms/default/events?watch=1' })
  }
})

it('[HT18] calls `next` once, and only for requests other than calls', async () => {
  await using plain = await startPlain({ article: false })
  let next = 0
  const server = createServer((request, response) => {
    void plain.whereabouts.handle(request, response, () => {
      next += 1
      response.end('own')
    })
  })
  await using own = await startPlain({}, () => server)
  expect((await call(`${own.baseUrl}/location`, { json: 1 })).text).toBe('own')
  expect(next).toBe(1)
  await new TestRoom(own.baseUrl).move(memberKey(), 1)
  expect(next).toBe(1)
})

it('[HT18] refuses a call with a wrong method and does not pass it on', async () => {
  await using plain = await startPlain()
  for (const path of ['/rooms/x/leave', '/location', '/metrics']) {
    const { status, headers } = await call(plain.baseUrl + path, { method: 'DELETE' })
    expect({ path, status }).toEqual({ path, status: 405 })
    expect(headers['allow']).toBeDefined()
  }
})

it('[HT18] answers HEAD for the operator’s calls', async () => {
  await using plain = await startPlain()
  for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json']) {
    expect(await call(plain.baseUrl + path, { method: 'HEAD' })).toMatchObject({
      status: 200,
      text: '',
    })
  }
})

it('[PK2] adds its metrics to the application’s registry, with current values, and takes them out again', async () => {
  const registry = new Registry()
  const own = new Counter({ name: 'own_total', help: 'Of the application', registers: [registry] })
  own.inc()
  {
    await using plain = await startPlain({ registry })
    await using _stream = await new TestRoom(plain.baseUrl).join(memberKey())
    const text = await registry.metrics()
    expect(text).toMatch(/^whereabouts_members 1$/m)
    expect(text).toMatch(/^whereabouts_readers{transport="[^"]+"} 1$/m)
    expect(text).not.toContain('process_cpu')
    const { text: called } = await call(`${plain.baseUrl}/metrics`)
    expect(called).toMatch(/^own_total 1$/m)
  }
  expect(await registry.metrics()).toMatch(/^own_total 1$/m)
  expect(await registry.metrics()).not.toContain('whereabouts')
})

it('[HT19 FR19] answers calls in progress, says goodbye, and refuses later calls', async () => {
  await using plain = await startPlain()
  const { whereabouts, baseUrl } = plain
  const room = new TestRoom(baseUrl)
  await using stream = await room.join(memberKey())
  await using socket = await openSocket(baseUrl)
  const head = `POST /rooms/${room.name}/document/sync HTTP/1.1\r\nHost: x\r\n`
  socket.write(`${head}Content-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\n`)
  // The server has the first half once it has answered a later request.
  await room.read()
  let isClosed = false
  const closed = whereabouts.close().then(() => {
    isClosed = true
  })
  expect(whereabouts.close()).toBeInstanceOf(Promise)
  await stream.next('goodbye')
  await end(stream)
  expect(isClosed).toBe(false)
  socket.write('\0\0')
  await socket.until('the answer', (text) => /^HTTP\/1\.1 \d{3} /.test(text) || undefined)
  await closed
  await expectRefused('shutting-down', room.url('location'), { json: 1 })
  await expectRefused('shutting-down', room.url('document'))
})

it('[NE14] [NE11] refuses to start without setting who may do what, and with two settings', async () => {
  await expect(createWhereabouts({})).rejects.toThrow(/auth: set authenticate/)
  for (const nothing of [undefined, null]) {
    const started = createWhereabouts(nothing as unknown as WhereaboutsOptions)
    await expect(started).rejects.toThrow(/auth: set authenticate/)
  }
  const known = createWhereabouts({ authenticate: () => null })
  await expect(known).rejects.toThrow(/auth: set authorize/)
  const both = { auth: 'open', authenticate: () => null } as const
  await expect(createWhereabouts(both)).rejects.toThrow(TypeError)
  const faults = { auth: 'open', leaseMs: -1, path: '/a/../b' } as const
  await expect(createWhereabouts(faults)).rejects.toThrow(/path: .*\n.*leaseMs: /s)
})

it('[ST17] tells a resumed stream immediately that nothing was missed', async () => {
  await using plain = await startPlain({ heartbeatMs: 3_600_000 })
  const room = new TestRoom(plain.baseUrl)
  const member = memberKey()
  await using first = await room.join(member)
  const url = room.url('events', { member, lastEventId: first.position! })
  await using second = await openStream(url)
  await second.next('ping')
  expect(second.arrived.map(({ name }) => name)).toEqual(['hello', 'ping'])
})

it('[HT19] releases its stores even if the HTTP server can’t be closed, and reports that', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  const settings = { auth: 'open', dataDir, log: new RecordingLog() } as const
  const first = await createWhereabouts(settings)
  await expect(first.close(() => Promise.reject(new Error('not running')))).rejects.toThrow(
    'not running',
  )
  const second = await createWhereabouts(settings)
  await second.close()
  await rm(dataDir, { recursive: true })
})

it('[OP1] releases the data folder if it can’t start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  const settings = { auth: 'open', dataDir, log: new RecordingLog() } as const
  await writeFile(join(dataDir, 'secret'), '')
  await expect(createWhereabouts(settings)).rejects.toThrow('secret')
  await rm(join(dataDir, 'secret'))
  const server = await createWhereabouts(settings)
  await server.close()
  await rm(dataDir, { recursive: true })
})

it('[ID11] refuses an invalid subscriber and holds nothing for it', async () => {
  await using plain = await startPlain()
  const events = plain.whereabouts.rooms.events('budget')
  expect(() => events.subscribe((() => {}) as never)).toThrow(TypeError)
  expect(await plain.whereabouts.rooms.count()).toMatchObject({ connections: 0, watching: 0 })
})

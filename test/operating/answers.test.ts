import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openSocket, type RawSocket } from 'whereabouts-conformance/socket'
import type { Running } from 'whereabouts-conformance/suite'
import { startPlain } from '../servers/plain.js'
import { startServer } from '../servers/standalone.js'

const BODY = '{"cell":"C5"}'

function post(room: string, key: string, headers: readonly string[] = [], version = '1.1'): string {
  return [
    `POST /rooms/${room}/location?member=${key} HTTP/${version}`,
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
    ...headers,
    '',
    BODY,
  ].join('\r\n')
}

/** Returns the complete answers so far, each with its head in lines. */
function answersIn(text: string): { head: string[]; body: string }[] {
  return text.split(/(?=HTTP\/1\.1 )/).map((answer) => {
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
    return { head: head.split('\r\n'), body }
  })
}

it('[HT3] answers one post after another on a keep-alive connection', async () => {
  await using server = await startServer()
  const { name } = new TestRoom(server.baseUrl)
  await using socket = await openSocket(server.baseUrl)
  for (const count of [1, 2, 3]) {
    socket.write(post(name, memberKey()))
    const answers = await socket.until('an answer', (text) => {
      const all = answersIn(text)
      return all.length === count && all.at(-1)!.body.endsWith('}') ? all : undefined
    })
    const { head, body } = answers.at(-1)!
    expect(JSON.parse(body)).toEqual({ self: expect.any(String), id: expect.any(String) })
    expect(head.toSorted()).toEqual([
      'Cache-Control: no-store',
      'Connection: keep-alive',
      `Content-Length: ${body.length}`,
      'Content-Type: application/json; charset=utf-8',
      expect.stringMatching(/^Date: \w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/),
      'HTTP/1.1 200 OK',
      'X-Content-Type-Options: nosniff',
    ])
  }
})

it('[HT3] answers pipelined posts in order', async () => {
  await using server = await startServer()
  const { name } = new TestRoom(server.baseUrl)
  await using socket = await openSocket(server.baseUrl)
  const keys = [memberKey(), memberKey(), memberKey()]
  const alone = await Promise.all(
    keys.map(async (key) => {
      const address = `${server.baseUrl}/rooms/${name}/location?member=${key}`
      const headers = { 'Content-Type': 'application/json' }
      const answer = await fetch(address, { method: 'POST', headers, body: BODY })
      return ((await answer.json()) as { self: string }).self
    }),
  )
  socket.write(keys.map((key) => post(name, key)).join(''))
  const answers = await socket.until('three answers', (text) => {
    const all = answersIn(text)
    return all.length === 3 && all[2]!.body.endsWith('}') ? all : undefined
  })
  expect(answers.map(({ body }) => (JSON.parse(body) as { self: string }).self)).toEqual(alone)
})

it.each([
  ['HTTP/1.1 with "Connection: close"', ['Connection: close'], '1.1'],
  ['HTTP/1.0', [], '1.0'],
])('[HT3] closes the connection after the answer to %s', async (_what, headers, version) => {
  await using server = await startServer()
  const { name } = new TestRoom(server.baseUrl)
  await using socket = await openSocket(server.baseUrl)
  socket.write(post(name, memberKey(), headers, version))
  socket.read()
  await socket.closed
  const [answer] = answersIn(socket.text)
  expect(answer?.head).toContain('Connection: close')
  expect(JSON.parse(answer!.body)).toMatchObject({ self: expect.any(String) })
})

it('[HT3] reads all posts of an event-loop turn before it answers the first', async () => {
  await using server = await startNotingServer()
  const { name } = new TestRoom(server.baseUrl)
  const clients: { key: string; socket: RawSocket }[] = []
  for (let count = 0; count < 10; count++) {
    clients.push({ key: memberKey(), socket: await openSocket(server.baseUrl) })
  }
  const answered = (count: number) =>
    Promise.all(
      clients.map(({ socket }) =>
        socket.until('an answer', (text) => text.split('}').length > count || undefined),
      ),
    )
  const postAll = () => {
    for (const { key, socket } of clients) socket.write(post(name, key))
  }
  // The server has accepted all connections when it has answered on each.
  postAll()
  await answered(1)
  server.noted.length = 0
  // Written in one turn, so all have arrived when the server, in this process, reads its sockets.
  postAll()
  await answered(2)
  for (const { socket } of clients) await socket[Symbol.asyncDispose]()
  expect(server.noted).toEqual([...clients.map(() => 'read'), ...clients.map(() => 'answered')])
})

/** A server that records its reads and answers. */
async function startNotingServer(): Promise<Running & { readonly noted: string[] }> {
  const noted: string[] = []
  const running = await startPlain({}, (handle) =>
    createServer((request, response) => {
      noted.push('read')
      handle(request, response)
    }).on('connection', (socket) => {
      const write = socket.write.bind(socket)
      socket.write = ((...args: Parameters<typeof write>) => {
        noted.push('answered')
        return write(...args)
      }) as typeof write
    }),
  )
  return { ...running, noted }
}

it('[OP51] a body that breaks off changes nothing, and is no error of the server', async () => {
  await using server = await startServer()
  const room = new TestRoom(server.baseUrl)
  const before = server.output()
  for (const kept of [0, 1, BODY.length - 1]) {
    await using socket = await openSocket(server.baseUrl)
    const whole = post(room.name, memberKey())
    socket.write(whole.slice(0, whole.length - BODY.length + kept))
    // The server has read the head, and waits for the rest.
    expect((await fetch(`${server.baseUrl}/health/live`)).status).toBe(200)
    socket.reset()
  }
  await room.move(memberKey(), 'later')
  const { members } = await room.read()
  expect(members.map(({ location }) => location)).toEqual(['later'])
  expect(server.output()).toBe(before)
})

import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { call, expectRefused } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'
import { openSocket } from '../socket.js'

/** PROTOCOL.md section 10; ER5 needs an application that fails. */
export function problemRules(suite: Suite): void {
  describe('problems', () => {
    theObject(suite)
    badJson(suite)
    tooLarge(suite)
    mediaTypes(suite)
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }

function theObject({ calm }: Suite): void {
  it('[ER1] a problem is an RFC 9457 object and says what to do', async () => {
    const room = new TestRoom(calm.baseUrl)
    const answer = await call(room.url('events', { view: 'grid' }))
    expect(answer).toMatchObject({ status: 400 })
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/)
    expect(JSON.parse(answer.text)).toMatchObject({
      type: 'urn:whereabouts:problem:bad-parameter',
      title: 'A parameter is not valid',
      status: 400,
      detail: expect.stringMatching(/patch.*list/),
    })
  })

  it('[ER1] a problem changes nothing', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await room.move(key, { before: true }, { name: 'Ada' })
    await using watcher = await room.watch()
    const before = await room.read()
    const member = { member: key }
    await expectRefused('bad-json', room.url('location', member), { headers: JSON_TYPE, body: '{' })
    await expectRefused('too-large', room.url('location', member), {
      json: 'x'.repeat(calm.maxLocationBytes - 1),
    })
    await expectRefused('bad-name', room.url('location', { ...member, name: '\n' }), { json: 1 })
    await expectRefused('bad-color', room.url('location', { ...member, color: 'red' }), { json: 1 })
    await expectRefused('bad-parameter', room.url('events', { ...member, view: 'x' }))
    await expectRefused('bad-parameter', room.url('events', { watch: 'x' }))
    expect(await watcher.quiet()).toEqual([])
    expect(await room.read()).toEqual(before)
  })

  it('[ER1] a refused caller without a key gets no cookie', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { headers } = await call(room.url('location'), { headers: JSON_TYPE, body: '{' })
    expect(headers['set-cookie']).toBeUndefined()
  })

  it('[ER1] a problem repeats nothing of the request that a page could run', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { text, headers } = await call(room.url('events', { view: '<script>alert(1)</script>' }))
    expect(headers['content-type']).toMatch(/^application\/problem\+json\b/)
    expect(text).not.toContain('<script>')
  })
}

function badJson({ calm }: Suite): void {
  it.each([
    ['an open brace', '{'],
    ['a bare word', 'undefined'],
    ['single quotes', "{'a':1}"],
    ['a trailing comma', '[1,]'],
    ['two values', '1 2'],
    ['NaN', 'NaN'],
    ['nothing at all', ''],
    ['white space', '  \n'],
    ['a NUL', '\0'],
    ['a half surrogate pair of bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('[ER2] bad-json: %s', async (_, body) => {
    const room = new TestRoom(calm.baseUrl)
    await expectRefused('bad-json', room.url('location'), { headers: JSON_TYPE, body })
    expect((await room.read()).members).toEqual([])
  })

  it('[ER2] bad-json: a POST without a body or type', async () => {
    const room = new TestRoom(calm.baseUrl)
    await expectRefused('bad-json', room.url('location'), { method: 'POST' })
    await expectRefused('bad-json', `${calm.articleUrl}/location`, { method: 'POST' })
  })

  it('[ER2] bad-json: the parameters of a stream', async () => {
    const room = new TestRoom(calm.baseUrl)
    await expectRefused('bad-json', room.url('events'), { headers: JSON_TYPE, body: '{"view"' })
  })

  it('[ER2] white space around JSON is JSON', async () => {
    const room = new TestRoom(calm.baseUrl)
    const url = room.url('location', { member: memberKey() })
    expect(await call(url, { headers: JSON_TYPE, body: ' \r\n\t{"a": 1}\n' })).toMatchObject({
      status: 200,
    })
  })
}

/** A POST of a body that says nothing of its length. */
const chunkedPost = (room: TestRoom) =>
  `POST ${room.url('location').slice(room.baseUrl.length)} HTTP/1.1\r\nHost: x\r\n` +
  'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const answered = (text: string) => (text.includes('"limitBytes"') ? text : undefined)

function tooLarge({ calm, start }: Suite): void {
  it('[ER3] too-large names the limit and closes the connection', async () => {
    const room = new TestRoom(calm.baseUrl)
    const { extensions } = await expectRefused('too-large', room.url('location'), {
      json: 'x'.repeat(calm.maxLocationBytes * 5),
    })
    expect(extensions).toEqual({ limitBytes: calm.maxLocationBytes })
    expect((await room.read()).members).toEqual([])
  })

  it('[ER3] a Content-Length over the limit is enough to be refused', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using socket = await openSocket(calm.baseUrl)
    const path = room.url('location').slice(calm.baseUrl.length)
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        'Content-Length: 100000000\r\n\r\n"xxxx',
    )
    expect(await socket.until('an answer', answered)).toMatch(/^HTTP\/1\.1 413 /)
    await socket.closed
  })

  it('[ER3] a body that comes slowly in chunks is read no further than the limit', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using socket = await openSocket(calm.baseUrl)
    socket.write(`${chunkedPost(room)}${chunk('"')}`)
    socket.read()
    let written = 0
    let writtenBefore413 = 0
    // Writes on and on as a careless or hostile caller would, one chunk a turn of the server.
    while (!socket.isClosed && written < 1_000_000) {
      socket.write(chunk('x'.repeat(200)))
      written += 200
      await call(`${calm.baseUrl}/health/live`)
      if (answered(socket.text) === undefined) writtenBefore413 = written
    }
    expect(socket.text).toMatch(/^HTTP\/1\.1 413 /)
    expect(writtenBefore413).toBeLessThan(calm.maxLocationBytes + 4_000)
    expect(socket.isClosed).toBe(true)
    expect((await room.read()).members).toEqual([])
  })

  it('[ER3] a body that never comes to its end is refused at the limit', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using socket = await openSocket(calm.baseUrl)
    socket.write(chunkedPost(room))
    const chunks = Math.ceil(calm.maxLocationBytes / 200)
    for (let count = 0; count < chunks; count++) socket.write(chunk('x'.repeat(200)))
    expect(await socket.until('an answer', answered)).toMatch(/^HTTP\/1\.1 413 /)
    await socket.closed
  })

  it('[ER3] [HT6] the body of a goodbye is read no further than the limit either', async () => {
    const room = new TestRoom(calm.baseUrl)
    const key = memberKey()
    await room.move(key, 1)
    const path = room.url('leave', { member: key }).slice(calm.baseUrl.length)
    for (const header of ['Content-Length: 100000000', 'Transfer-Encoding: chunked']) {
      await using socket = await openSocket(calm.baseUrl)
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json`
      socket.write(`${head}\r\n${header}\r\n\r\n`)
      for (let count = 0; count < 50; count++) socket.write(chunk('x'.repeat(200)))
      const status = await socket.until('an answer', (text) => /^HTTP\/1\.1 (\d+) /.exec(text)?.[1])
      expect(status).toBe('204')
      expect(socket.text).toMatch(/^connection: close\r$/im)
      await socket.closed
      expect((await room.read()).members).toEqual([])
    }
  })

  it('[ER3] the limit counts bytes, not characters', async () => {
    const room = new TestRoom(calm.baseUrl)
    await expectRefused('too-large', room.url('location'), {
      json: 'ä'.repeat(calm.maxLocationBytes * 0.6),
    })
  })

  it('[ER3] a caller who hangs up in the middle of a body changes nothing', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using watcher = await room.watch()
    for (let round = 0; round < 5; round++) {
      await using socket = await openSocket(calm.baseUrl)
      socket.write(`${chunkedPost(room)}${chunk('"half')}`)
      await call(`${calm.baseUrl}/health/live`)
      socket.reset()
    }
    expect(await watcher.quiet()).toEqual([])
  })

  it('[ER3] a larger limit holds as well', async () => {
    const limitBytes = 65_536
    await using server = await start({ maxLocationBytes: limitBytes })
    const room = new TestRoom(server.baseUrl)
    await room.move(memberKey(), 'x'.repeat(limitBytes - 2))
    const { extensions } = await expectRefused('too-large', room.url('location'), {
      json: 'x'.repeat(limitBytes),
    })
    expect(extensions).toEqual({ limitBytes })
  })
}

function mediaTypes({ calm }: Suite): void {
  it.each([
    ['text/plain', 'text/plain'],
    ['a form, which is what curl -d says', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['XML', 'application/xml'],
    ['octets', 'application/octet-stream'],
    ['something like JSON', 'application/jsonx'],
    ['JSON in Latin-1', 'application/json; charset=iso-8859-1'],
    ['JSON in UTF-16', 'application/json; charset=utf-16le'],
    ['not a media type', 'json'],
  ])('[ER4] unsupported-media-type: %s', async (_, type) => {
    const room = new TestRoom(calm.baseUrl)
    const options = { headers: { 'content-type': type }, body: '{"x":2}' }
    await expectRefused('unsupported-media-type', room.url('location'), options)
    await expectRefused('unsupported-media-type', room.url('events'), options)
    await expectRefused('unsupported-media-type', `${calm.articleUrl}/location`, options)
    expect((await room.read()).members).toEqual([])
  })

  it.each(['gzip', 'deflate', 'br', 'nonsense'])(
    '[ER4] unsupported-media-type: a body in %s',
    async (encoding) => {
      const room = new TestRoom(calm.baseUrl)
      const headers = { ...JSON_TYPE, 'content-encoding': encoding }
      const body = encoding === 'gzip' ? gzipSync('{"x":2}') : '{"x":2}'
      await expectRefused('unsupported-media-type', room.url('location'), { headers, body })
      expect((await room.read()).members).toEqual([])
    },
  )

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
    'application/vnd.example+json',
  ])('[ER4] %s is JSON', async (type) => {
    const room = new TestRoom(calm.baseUrl)
    const options = { headers: { 'content-type': type }, body: '{"x":2}' }
    expect(await call(room.url('location'), options)).toMatchObject({ status: 200 })
  })
}

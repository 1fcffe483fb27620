import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Doc, Map as YMap } from 'yjs'
import { MOST_BYTES, MOST_LINES, RecordingWriter } from './format.js'
import { changesOf, documentJson, readRecording, RecordingError, RecordingPlayer } from './index.js'
import { base64Of, memberNamed, RecordedRoom } from './recorded.fixture.js'

const cells = (doc: Doc) => doc.getMap('cells:sheet-1')

/** Ann is in A1, writes there, and moves on; Bob comes, and writes into the same cell. */
function story(): RecordedRoom {
  const room = new RecordedRoom((doc) => cells(doc).set('0:0', { v: 1 }))
  cells(room.doc).set('0:0', { v: 2 }) // 2 s
  room.add('patch', { move: { ann: 'B2' }, join: [memberNamed('bob', 'A1')], watching: 0 }) // 3 s
  cells(room.doc).set('5:5', { v: 'elsewhere' }) // 4 s
  cells(room.doc).set('0:0', { v: 3 }) // 5 s
  room.add('ping', {}) // 6 s
  room.add('patch', { leave: ['ann'], status: { bob: 'away' } }) // 7 s
  cells(room.doc).delete('0:0') // 8 s
  return room
}

const read = (room: RecordedRoom) => readRecording(room.writer.text())

const places = (player: RecordingPlayer, ms: number) =>
  player.at(ms).members.map(({ id, location, status }) => [id, location, status])

describe('a recording', () => {
  it('[IN12] is lines of JSON: what it is, and then each event as it came', () => {
    const { lines } = story()
    expect(lines[0]).toBe(
      '{"format":"whereabouts-recording","version":1,"room":"budget","startedAtMs":1764460800000}',
    )
    expect(lines[4]).toBe(
      '{"atMs":3000,"event":"patch","id":"e:5","data":{"move":{"ann":"B2"},"join":[{"id":"bob","user":{"id":"bob","name":"bob","color":"#e11d48"},"location":"A1","status":"online"}],"watching":0}}',
    )
    const { events, ...about } = read(story())
    expect(events).toHaveLength(lines.length - 1)
    expect(about).toEqual({
      room: 'budget',
      startedAtMs: 1_764_460_800_000,
      durationMs: 8_000,
      damagedLine: null,
    })
  })

  it('[IN15] shows who was where, forward and back', () => {
    const player = new RecordingPlayer(read(story()))
    for (let round = 0; round < 2; round++) {
      expect(places(player, 0)).toEqual([['ann', 'A1', 'online']])
      expect(places(player, 3_500)).toEqual([
        ['ann', 'B2', 'online'],
        ['bob', 'A1', 'online'],
      ])
      expect(places(player, 90_000)).toEqual([['bob', 'A1', 'away']])
      expect(places(player, 2_999)).toEqual([['ann', 'A1', 'online']])
    }
    expect(player.at(3_000)).toMatchObject({ count: 4, position: 'e:5', watching: 0 })
    expect(player.at(2_999)).toMatchObject({ count: 3, watching: 1, event: { event: 'document' } })
    expect(player.after(0)).toMatchObject({ members: [], position: null, event: undefined })
  })

  it('[IN15] shows the document as it was, forward and back', () => {
    const player = new RecordingPlayer(read(story()))
    const documentAt = (ms: number) => documentJson(player.at(ms).document)
    for (let round = 0; round < 2; round++) {
      expect(documentAt(2_000)).toEqual({ 'cells:sheet-1': { '0:0': { v: 2 } } })
      expect(documentAt(8_000)).toEqual({ 'cells:sheet-1': { '5:5': { v: 'elsewhere' } } })
      expect(documentAt(1_000)).toEqual({ 'cells:sheet-1': { '0:0': { v: 1 } } })
    }
  })

  it('[IN15] of a large document goes back to any time', () => {
    const room = new RecordedRoom()
    for (let at = 0; at < 60; at++) {
      cells(room.doc).set(`${at}:0`, `${at}`.repeat(5_000))
      room.add('patch', { move: { ann: at } })
    }
    const player = new RecordingPlayer(read(room))
    const { durationMs } = player.recording
    expect(durationMs).toBe(121_000)
    for (let atMs = durationMs; atMs >= 2_000; atMs -= 7_000) {
      const { document, members } = player.at(atMs)
      const written = Math.floor(atMs / 2_000)
      expect(cells(document).size).toBe(written)
      expect(members[0]?.location).toBe(atMs >= 3_000 ? Math.floor((atMs - 3_000) / 2_000) : 'A1')
    }
  })

  it('[IN16] says when a cell changed, and who was where then', () => {
    const recording = read(story())
    const player = new RecordingPlayer(recording)
    const changes = changesOf(recording, ['cells:sheet-1', '0:0'])
    expect(changes.map(({ atMs, value }) => [atMs, value])).toEqual([
      [2_000, { v: 2 }],
      [5_000, { v: 3 }],
      [8_000, undefined],
    ])
    const [, second] = changes
    expect(player.after(second!.count).members.map(({ id }) => id)).toEqual(['ann', 'bob'])
    expect(changesOf(recording, ['cells:sheet-1', '5:5'])).toHaveLength(1)
    expect(changesOf(recording, ['nothing'])).toEqual([])
  })

  it('[IN16] says when a block of a page changed, whatever is written before it', () => {
    const heading = new YMap([['type', 'heading']])
    const room = new RecordedRoom((doc) => {
      const text = doc.getText('text')
      text.insert(0, 'Title')
      text.insertEmbed(5, heading)
      text.insert(6, 'Body')
    })
    const text = room.doc.getText('text')
    text.insertEmbed(0, new YMap()) // 2 s: a paragraph before the heading
    text.insert(7, ' of it') // 3 s: in the body
    text.insert(6, '!') // 4 s: in the heading
    heading.set('level', 2) // 5 s
    const recording = read(room)
    const player = new RecordingPlayer(recording)
    const { client, clock } = heading._item!.id
    const changes = changesOf(recording, ['text', `#${client}:${clock}`])
    expect(changes.map(({ atMs, value }) => [atMs, value])).toEqual([
      [4_000, [{ insert: 'Title!' }, { insert: { type: 'heading' } }]],
      [5_000, [{ insert: 'Title!' }, { insert: { type: 'heading', level: 2 } }]],
    ])
    expect(documentJson(player.at(9_000).document)).toEqual({
      text: [
        { insert: {} },
        { insert: 'Title!' },
        { insert: { type: 'heading', level: 2 } },
        { insert: ' of itBody' },
      ],
    })
  })
})

describe('the bounds of a recording', () => {
  it('[IN13] end it before it has too many bytes', () => {
    const room = new RecordedRoom()
    const large = 'x'.repeat(4_000_000)
    const added = Array.from({ length: 12 }, () => room.add('whisper', { event: large }))
    expect(added.indexOf(false)).toBe(8)
    expect(room.add('ping', {})).toBe(false)
    expect(room.writer.isFull).toBe(true)
    expect(room.writer.events).toBe(10)
    const text = room.writer.text()
    expect(Buffer.byteLength(text)).toBe(room.writer.bytes)
    expect(room.writer.bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(readRecording(text)).toMatchObject({ damagedLine: null })
  })

  it('[IN13] end it before it has too many lines', () => {
    const writer = new RecordingWriter({ room: 'a', startedAtMs: 0 })
    let count = 0
    while (writer.add({ atMs: count, event: 'ping', data: {} })) count += 1
    expect(count).toBe(MOST_LINES - 1)
    const text = writer.text()
    expect(readRecording(text)).toMatchObject({ durationMs: MOST_LINES - 2, damagedLine: null })
    expect(() => readRecording(`${text}{"atMs":99999,"event":"ping","data":{}}\n`)).toThrow(
      'too large',
    )
  })

  it('[IN14] refuse a file that is too large, without reading it', () => {
    expect(() => readRecording(' '.repeat(MOST_BYTES + 1))).toThrow('too large')
  })
})

describe('a file that is no recording', () => {
  const header = { format: 'whereabouts-recording', version: 1, room: 'a', startedAtMs: 0 }
  it.each([
    ['nothing', '', 'not-a-recording'],
    ['other text', 'hello\nworld', 'not-a-recording'],
    ['other JSON', '[1,2]', 'not-a-recording'],
    ['null', 'null', 'not-a-recording'],
    ['another format', '{"format":"har","version":1}', 'not-a-recording'],
    ['no room', JSON.stringify({ ...header, room: 7 }), 'not-a-recording'],
    ['no time', JSON.stringify({ ...header, startedAtMs: 'now' }), 'not-a-recording'],
    ['a later version', JSON.stringify({ ...header, version: 2 }), 'other-version'],
    ['deep nesting', '['.repeat(1_000_000), 'not-a-recording'],
  ])('[IN14] %s is refused with one sentence', (_what, text, fault) => {
    let error: unknown
    try {
      readRecording(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(RecordingError)
    expect(error).toMatchObject({ fault })
    expect((error as Error).message).toMatch(/^[A-Z][^.]*whereabouts\.$/)
  })

  it('[IN14] a recording without events is played as an empty room', () => {
    const recording = readRecording(JSON.stringify(header))
    expect(recording).toMatchObject({ events: [], durationMs: 0, damagedLine: null })
    expect(new RecordingPlayer(recording).at(5).members).toEqual([])
  })
})

describe('a damaged line', () => {
  const deep = `${'['.repeat(101)}${']'.repeat(101)}`
  it.each([
    ['is cut off', '{"atMs":3000,"eve'],
    ['is no JSON', 'hello'],
    ['is null', 'null'],
    ['is empty', ''],
    ['has no time', '{"event":"ping","data":{}}'],
    ['is earlier than the one before', '{"atMs":1,"event":"ping","data":{}}'],
    ['is at no time', '{"atMs":1e999,"event":"ping","data":{}}'],
    ['has no data', '{"atMs":3000,"event":"ping"}'],
    ['is nested too deeply', `{"atMs":3000,"event":"ping","data":${deep}}`],
    ['has no members', '{"atMs":3000,"event":"snapshot","data":{"watching":1}}'],
    [
      'has a member without a user',
      '{"atMs":3000,"event":"snapshot","data":{"watching":1,"members":[{"id":"a"}]}}',
    ],
    [
      'has a color that is none',
      '{"atMs":3000,"event":"patch","data":{"join":[{"id":"a","user":{"id":"a","name":"a","color":"red;"},"location":1,"status":"away"}]}}',
    ],
    ['moves nobody', '{"atMs":3000,"event":"patch","data":{"move":[1]}}'],
    ['has a status that is none', '{"atMs":3000,"event":"patch","data":{"status":{"a":"gone"}}}'],
    ['has no update', '{"atMs":3000,"event":"document","data":{"a":1}}'],
    ['has no base64', '{"atMs":3000,"event":"document","data":"%%%"}'],
    [
      'has another update',
      `{"atMs":3000,"event":"document","data":"${base64Of(Buffer.from([9, 9, 9]))}"}`,
    ],
  ])('[IN14] that %s ends the recording, and is named', (_what, line) => {
    const { lines } = story()
    const damaged = lines.with(4, line)
    const recording = readRecording(`${damaged.join('\n')}\n`)
    expect(recording).toMatchObject({ damagedLine: 5, durationMs: 2_000 })
    expect(recording.events).toHaveLength(3)
    const { document } = new RecordingPlayer(recording).at(9_000)
    expect(documentJson(document)).toEqual({ 'cells:sheet-1': { '0:0': { v: 2 } } })
  })

  it('[IN14] wherever a file is cut off, the rest is played', () => {
    const text = story().writer.text()
    for (let length = 100; length < text.length; length += 13) {
      const { events } = readRecording(text.slice(0, length))
      expect(events.length).toBeGreaterThanOrEqual(text.slice(0, length).split('\n').length - 2)
    }
  })

  it('[IN14] whatever byte is changed, the file is played or refused', () => {
    const text = story().writer.text()
    for (let at = 0; at < text.length; at++) {
      const changed = `${text.slice(0, at)}${text[at] === '7' ? '\\' : '7'}${text.slice(at + 1)}`
      try {
        const player = new RecordingPlayer(readRecording(changed))
        for (const atMs of [9_000, 4_000]) documentJson(player.at(atMs).document)
      } catch (error) {
        expect(error).toBeInstanceOf(RecordingError)
      }
    }
  })
})

it('[IN15] a file is played by a script of five lines', async () => {
  const file = join(tmpdir(), `recording-${process.pid}.ndjson`)
  await writeFile(file, story().writer.text())
  const player = new RecordingPlayer(readRecording(await readFile(file, 'utf8')))
  const { members, document } = player.at(4_000)
  expect(members.map(({ user, location }) => [user.name, location])).toEqual([
    ['ann', 'B2'],
    ['bob', 'A1'],
  ])
  expect(documentJson(document)).toMatchObject({ 'cells:sheet-1': { '5:5': { v: 'elsewhere' } } })
})

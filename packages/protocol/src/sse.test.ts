import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEvent, SSE_COMMENT, type SseEvent } from './sse.js'

/** Returns the events and `retry` fields that a reader parses from the chunks. */
function readChunks(chunks: readonly string[]) {
  const events: EventSourceMessage[] = []
  const retries: number[] = []
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onRetry: (retry) => retries.push(retry),
    onError: (error) => {
      throw error
    },
  })
  for (const chunk of chunks) parser.feed(chunk)
  return { events, retries }
}

/** Splits the text at each of these places. */
function cut(text: string, places: readonly number[]): string[] {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length]
  let from = 0
  return ends
    .toSorted((a, b) => a - b)
    .map((to) => {
      const piece = text.slice(from, to)
      from = to
      return piece
    })
}

/** Returns data as readers see it: every kind of line break is one LF. */
const asRead = (data: string) => data.replaceAll(/\r\n|\r|\n/g, '\n')

const anyCut = fc.array(fc.nat(), { maxLength: 12 })
const manyBreaks = fc.string({
  unit: fc.constantFrom('\r', '\n', '\r\n', 'x', ' ', ':', '😀', 'data: '),
})
const anyText = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '\u2400'))
const anyData = fc.oneof(manyBreaks, anyText, fc.json())
const anyLine = anyText.map((text) => text.replaceAll(/[\r\n]/g, ''))
const anyEvent = fc.record(
  { id: anyLine, event: anyLine.filter((name) => name !== ''), data: anyData, retry: fc.nat() },
  { requiredKeys: ['data'] },
)

describe('an event', () => {
  it('[ST12] arrives unchanged, however its text is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 5 }), anyCut, (sent: SseEvent[], places) => {
        const { events, retries } = readChunks(cut(sent.map(encodeEvent).join(''), places))
        expect(events).toEqual(
          sent.map(({ id, event, data = '' }) => ({ id, event, data: asRead(data) })),
        )
        expect(retries).toEqual(sent.flatMap(({ retry }) => retry ?? []))
      }),
      { numRuns: 500 },
    )
  })

  it('[ST12] arrives unchanged when a proxy turns every LF into CRLF', () => {
    fc.assert(
      fc.property(anyEvent, anyCut, (sent, places) => {
        const text = encodeEvent(sent).replaceAll('\n', '\r\n')
        // A chunk may end with CR, and the LF that follows belongs to the same line break.
        const { events } = readChunks([...cut(text, places), ':\r\n'])
        expect(events.map(({ data }) => data)).toEqual([asRead(sent.data)])
      }),
    )
  })

  it('[ST12] a CRLF cut between two chunks is one line break', () => {
    const text = encodeEvent({ data: 'a\nb' }).replaceAll('\n', '\r\n')
    const { events } = readChunks([...text, ':\r\n'])
    expect(events.map(({ data }) => data)).toEqual(['a\nb'])
  })

  it.each(['a\rb', 'a\nb', 'a\r\nb'])('[ST12] data %j is sent as two data lines', (data) => {
    expect(encodeEvent({ data })).toBe('data: a\ndata: b\n\n')
  })

  it('[ST12] data that looks like fields stays data', () => {
    const data = 'x\nid: 9\nevent: leave\nretry: 1\n\ndata: y'
    const { events, retries } = readChunks([encodeEvent({ data })])
    expect(events).toEqual([{ id: undefined, event: undefined, data }])
    expect(retries).toEqual([])
  })

  it.each(['\r', '\n', '\r\n', '\0'])('[ST12] %j in an id or a name is refused', (character) => {
    const value = `a${character}b`
    expect(() => encodeEvent({ id: value, data: '' })).toThrow(TypeError)
    expect(() => encodeEvent({ event: value, data: '' })).toThrow(TypeError)
  })

  it('[ST12] NUL in data is refused', () => {
    expect(() => encodeEvent({ data: 'a\0b' })).toThrow(TypeError)
  })

  it('with empty data is an event; without data it only sets the id or retry time', () => {
    expect(readChunks([encodeEvent({ data: '' })]).events).toHaveLength(1)
    const { events, retries } = readChunks([encodeEvent({ retry: 1830 })])
    expect(events).toEqual([])
    expect(retries).toEqual([1830])
  })

  it('is encoded as PROTOCOL.md shows it', () => {
    expect(encodeEvent({ id: '6f2c81:44', event: 'patch', data: '{"watching":4}' })).toBe(
      'id: 6f2c81:44\nevent: patch\ndata: {"watching":4}\n\n',
    )
    expect(encodeEvent({ retry: 1830 })).toBe('retry: 1830\n\n')
  })

  it('a comment between events is not an event', () => {
    const text = [encodeEvent({ data: 'a' }), SSE_COMMENT, encodeEvent({ data: 'b' })].join('')
    expect(readChunks([...text]).events.map(({ data }) => data)).toEqual(['a', 'b'])
  })
})

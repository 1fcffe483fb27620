import { randomUUID } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import { call, type CallOptions } from 'whereabouts-conformance/http'
import { Doc, encodeStateAsUpdate } from 'yjs'

type Headers = OutgoingHttpHeaders

const BINARY = { 'content-type': 'application/octet-stream' }

/** An update that would be visible in a document. */
function someUpdate(): Buffer {
  const doc = new Doc()
  doc.getText('text').insert(0, 'a stranger was here')
  return Buffer.from(encodeStateAsUpdate(doc))
}

/** Returns every call of a room, as a stranger would make it. */
function callsOn(room: string): readonly (readonly [path: string, options: CallOptions])[] {
  const body = someUpdate()
  const below = `/rooms/${room}`
  return [
    [`${below}/events?member=stranger`, {}],
    [`${below}/events?watch=1`, {}],
    [`${below}/events?member=stranger`, { json: {} }],
    [`${below}/location?member=stranger&name=Ann`, { json: { cell: 'C5' } }],
    [`${below}/location`, {}],
    [`${below}/leave?member=stranger`, { method: 'POST' }],
    [`${below}/confirm?member=stranger&nextWithinMs=1000`, { method: 'POST' }],
    [`${below}/broadcast?member=stranger`, { json: 1 }],
    [`${below}/lock?member=stranger&key=a`, { method: 'POST' }],
    [`${below}/unlock?member=stranger&key=a&number=1`, { method: 'POST' }],
    [`${below}/document?member=stranger`, { body, headers: BINARY }],
    [`${below}/document`, {}],
    [`${below}/inspect`, {}],
    [`${below}/document/sync`, { body: Buffer.from([0]), headers: BINARY }],
    ['/location?id=stranger', { json: { cell: 'C5' } }],
    ['/location/sse?id=stranger', {}],
  ]
}

/**
 * Asserts that every call with these headers is refused and changes nothing: the room and its
 * document stay empty.
 *
 * @param known headers of a known caller, for reading the room
 * @see PROTOCOL.md OP12
 */
export async function expectRefused(
  baseUrl: string,
  headers: Headers,
  known: Headers,
): Promise<void> {
  const room = `room-${randomUUID()}`
  for (const [path, options] of callsOn(room)) {
    const answer = await call(baseUrl + path, {
      ...options,
      headers: { ...options.headers, ...headers },
    })
    expect(answer.status, path).toBe(401)
    expect(answer.text, path).toContain('urn:whereabouts:problem:unauthorized')
  }
  await expectUntouched(baseUrl, room, known)
  await expectUntouched(baseUrl, 'default', known)
}

async function expectUntouched(baseUrl: string, room: string, headers: Headers): Promise<void> {
  const there = await call(`${baseUrl}/rooms/${room}/location`, { headers })
  expect(JSON.parse(there.text)).toMatchObject({ members: [], watching: 0 })
  const document = await call(`${baseUrl}/rooms/${room}/document`, { headers })
  expect({ status: document.status, text: document.text }).toEqual({
    status: 200,
    text: Buffer.from(encodeStateAsUpdate(new Doc())).toString(),
  })
}

/** Posts a location with these headers, and returns the user that others see. */
export async function shownAs(baseUrl: string, headers: Headers): Promise<object> {
  const room = `${baseUrl}/rooms/room-${randomUUID()}`
  const said = 'name=Mallory&color=%23000000'
  // Sent as bytes, as Node would encode the headers as UTF-8 together with a text.
  const moved = await call(`${room}/location?member=me&${said}`, {
    body: Buffer.from('1'),
    headers: { ...headers, 'content-type': 'application/json' },
  })
  expect(moved.status, moved.text).toBe(200)
  const { text } = await call(`${room}/location`, { headers })
  const { members } = JSON.parse(text) as { readonly members: readonly { user: object }[] }
  expect(members).toHaveLength(1)
  return members[0]!.user
}

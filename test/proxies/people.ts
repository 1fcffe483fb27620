import { expect } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { openStream } from 'whereabouts-conformance/stream'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { Session } from '../http2/served.js'

const TABS = 30

/** Two people meet, move and write through a proxy, once that is there. */
export async function meet(baseUrl: string): Promise<void> {
  const isThere = () =>
    call(`${baseUrl}/health/live`).then(
      ({ status }) => status === 200,
      () => false,
    )
  await expect.poll(isThere).toBe(true)
  const room = `behind-${new URL(baseUrl).port}`
  const url = (path: string) => `${baseUrl}/rooms/${room}/${path}`
  await using stream = await openStream(url('events?member=ann'))
  await stream.next('snapshot')
  const moved = await call(url('location?member=bob'), { json: { cell: 'C5' } })
  expect(moved.status).toBe(200)
  const { data } = await stream.next('patch')
  expect(JSON.stringify(data)).toContain('"C5"')
  const written = new Doc()
  written.getText('text').insert(0, 'read me')
  const posted = await call(url('document'), {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(encodeStateAsUpdate(written)),
  })
  expect(posted.status).toBe(200)
  const seen = new Doc()
  const event = await stream.next('document')
  applyUpdate(seen, Buffer.from(event.text, 'base64'))
  expect(seen.getText('text').toString()).toBe('read me')
}

/** Many tabs of one browser are live over one connection. */
export async function manyTabs(baseUrl: string, count = TABS): Promise<void> {
  using session = new Session(baseUrl)
  const tabs = Array.from({ length: count }, (_, tab) =>
    session.events(`/rooms/tabs/events?member=tab-${tab}`),
  )
  const streams = await Promise.all(tabs)
  const { headers } = await session.ask('/rooms/tabs/location?member=mover', {}, '"D6"')
  expect(headers[':status']).toBe(200)
  const seen = await Promise.all(streams.map((events) => events.until('"D6"')))
  expect(seen).toHaveLength(count)
}

import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { openStream } from 'whereabouts-conformance/stream'
import { startServer } from '../servers/standalone.js'

it('[HT45] counts readers by the way in which they are served', async () => {
  await using server = await startServer()
  const url = (path: string) => `${server.baseUrl}/rooms/budget/${path}`
  await call(url('location?member=ann'), { json: { cell: 'A1' } })
  await using stream = await openStream(url('events?member=ann'))
  await stream.next('snapshot')
  const posted = await fetch(url('events?watch=1'), { method: 'POST' })
  const reader = posted.body!.getReader()
  await reader.read()
  const { text } = await call(url('location'))
  const { id } = JSON.parse(text) as { readonly id: string }
  const life = new AbortController()
  const polled = fetch(url(`location?since=${id}&waitMs=20000`), { signal: life.signal })
  polled.catch(() => undefined)
  await expect
    .poll(() => readersAt(server.baseUrl))
    .toEqual({
      open: { stream: 1, 'post-stream': 1, 'shared-stream': 0, 'long-poll': 1, process: 0 },
      opened: { stream: 1, 'post-stream': 1, 'shared-stream': 0, 'long-poll': 1, process: 0 },
    })
  life.abort()
  await reader.cancel()
  await expect
    .poll(() => readersAt(server.baseUrl))
    .toEqual({
      open: { stream: 1, 'post-stream': 0, 'shared-stream': 0, 'long-poll': 0, process: 0 },
      opened: { stream: 1, 'post-stream': 1, 'shared-stream': 0, 'long-poll': 1, process: 0 },
    })
})

/** Returns how many readers of each way there are, and were so far. */
async function readersAt(baseUrl: string) {
  const { text } = await call(`${baseUrl}/metrics`)
  const values = (name: string) => {
    const lines = text.matchAll(new RegExp(`^${name}{transport="([^"]+)"} (\\d+)$`, 'gm'))
    return Object.fromEntries(
      Array.from(lines, ([, transport, value]) => [transport, Number(value)]),
    )
  }
  return {
    open: values('whereabouts_readers'),
    opened: values('whereabouts_readers_opened_total'),
  }
}

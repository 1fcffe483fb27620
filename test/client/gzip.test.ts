import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { CURL, find, PYTHON } from '../../scripts/needs.mjs'
import { TestRoom } from 'whereabouts-conformance/room'
import { within } from 'whereabouts-conformance/deadline'
import { startNest } from '../servers/nest.js'

/** Reads a gzip stream with Python's standard library only. */
const PYTHON_READER = `
import sys, urllib.request, zlib
request = urllib.request.Request(sys.argv[1], headers={"Accept-Encoding": "gzip"})
response = urllib.request.urlopen(request)
assert response.headers["Content-Encoding"] == "gzip"
gunzip = zlib.decompressobj(31)
while chunk := response.read1():
    sys.stdout.buffer.write(gunzip.decompress(chunk))
    sys.stdout.flush()
assert gunzip.eof, "the gzip stream has no end"
`

const READERS = [
  ['curl', CURL, (url: string) => ['--no-buffer', '--silent', '--show-error', '--compressed', url]],
  ['Python', PYTHON, (url: string) => ['-c', PYTHON_READER, url]],
] as const

/** Resolves when the output of a program contains a text. */
async function shows(reader: ChildProcess, text: string): Promise<void> {
  let shown = ''
  for await (const chunk of reader.stdout!.iterator({ destroyOnReturn: false })) {
    shown += String(chunk)
    if (shown.includes(text)) return
  }
  throw new Error(`ended before it showed ${text}: ${shown}`)
}

it.each(READERS)(
  '[ST14] %s reads a gzip stream as it arrives, to its end',
  async (_name, need, say) => {
    await using server = await startNest('express')()
    const room = new TestRoom(server.baseUrl)
    const url = room.url('events', { watch: 1 })
    const reader = spawn(find(need)!, say(url), { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(reader, 'exit')
    try {
      await within(shows(reader, 'event: snapshot'), 'the snapshot', 10_000)
      for (const size of [10, 1_000, 100]) {
        const text = `${size} ${'x'.repeat(size)}`
        await room.move('ann', text)
        await within(shows(reader, text.slice(0, 20)), text.slice(0, 20), 10_000)
      }
      reader.stdout.resume()
      await server.stop()
      expect((await within(exited, 'the end', 10_000))[0]).toBe(0)
    } finally {
      reader.kill()
    }
  },
)

import { readFile } from 'node:fs/promises'
import { readFile as readSheets, sheetsIn } from '@whereabouts/univer/files'
import { writeXlsx } from 'hucre/xlsx'
import { describe, expect, it, vi } from 'vitest'
import { fetchDocument } from '../browser/office-window.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const addressOf = (baseUrl: string, room: string) => `${baseUrl}/rooms/${room}/document`

function post(
  baseUrl: string,
  room: string,
  type: string,
  body: Uint8Array | string,
  signal: AbortSignal | null = null,
) {
  const headers = { 'content-type': type }
  const sent = typeof body === 'string' ? body : Uint8Array.from(body)
  return fetch(addressOf(baseUrl, room), { method: 'POST', headers, body: sent, signal })
}

const problem = (name: string) => `urn:whereabouts:problem:${name}`

const get = (baseUrl: string, room: string, accept: string) =>
  fetch(addressOf(baseUrl, room), { headers: { accept } })

const workbook = () => writeXlsx({ sheets: [{ name: 'Costs', rows: [['rent', 900]] }] })

/** Takes seconds to convert. */
const COSTLY = `${'1,'.repeat(20)}\n`.repeat(20_000)

/** Resolves with the id of the process that converts a file, once there is one. */
function conversionOf({ pid }: RunningServer): Promise<number> {
  return vi.waitFor(
    async () => {
      const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).match(/\d+/)!
      return Number(child)
    },
    { timeout: 10_000, interval: 20 },
  )
}

describe('files over HTTP', () => {
  it('[FL15] become the document of a room without one', async () => {
    await using server = await startServer()
    const { baseUrl } = server
    const posted = await post(baseUrl, 'costs', XLSX, await workbook())
    expect(posted.status).toBe(200)
    expect(await posted.json()).toMatchObject({ id: expect.stringMatching(/:/) as string })
    const [sheet] = sheetsIn(await fetchDocument(baseUrl, 'costs'))
    expect(sheet!.sheet).toMatchObject({ name: 'Costs', cells: { 0: { 1: { v: 900 } } } })

    const again = await post(baseUrl, 'costs', XLSX, await workbook())
    expect(await again.json()).toMatchObject({ status: 409, type: problem('document-exists') })
    const text = await post(baseUrl, 'list', 'text/csv; charset=utf-8', 'a,1\nb,2\n')
    expect(text.status).toBe(200)
  })

  it('[FL15] of another type are refused with those that are taken', async () => {
    await using server = await startServer()
    const refused = await post(server.baseUrl, 'notes', 'application/pdf', 'a')
    expect(await refused.json()).toMatchObject({
      type: problem('unsupported-media-type'),
      detail: expect.stringContaining(`one of these types: ${XLSX}, text/csv`) as string,
    })
  })

  it('[FL15] may be as large as is said, whoever else sends nothing', async () => {
    await using server = await startServer()
    const text = `${'x'.repeat(1_000)}\n`.repeat(15_000)
    const posted = await post(server.baseUrl, 'large', 'text/csv', text)
    expect(posted.status).toBe(200)
  })

  it('[FL16] are answered to whoever asks for them', async () => {
    await using server = await startServer()
    const { baseUrl } = server
    await post(baseUrl, 'list', 'text/csv', 'a,1\nb,=B1*2\n')
    const text = await get(baseUrl, 'list', 'text/csv')
    expect(text.headers.get('content-type')).toBe('text/csv')
    expect(await text.text()).toBe('a,1\r\nb,=B1*2\r\n')
    const file = new Uint8Array(await (await get(baseUrl, 'list', XLSX)).arrayBuffer())
    expect((await readSheets(file, 'list.xlsx')).sheets[0]!.cells).toMatchObject({
      1: { 1: { f: '=B1*2' } },
    })
    const bytes = await get(baseUrl, 'list', '*/*, text/csv')
    expect(bytes.headers.get('content-type')).toBe('application/octet-stream')
  })

  it('[FL17 FL8] that are bad are refused with a sentence, and nothing is delayed', async () => {
    await using server = await startServer()
    const { baseUrl } = server
    const refused = await post(baseUrl, 'bad', XLSX, 'a,b')
    expect(await refused.json()).toMatchObject({
      status: 400,
      type: problem('bad-update'),
      detail: expect.stringMatching(/isn’t an \.xlsx file/) as string,
    })
    const large = post(baseUrl, 'large', 'text/csv', `${'x,'.repeat(20)}\n`.repeat(20_000))
    const quick = await get(baseUrl, 'bad', 'application/octet-stream')
    expect(quick.status).toBe(200)
    expect((await large).status).toBe(200)
    expect((await fetchDocument(baseUrl, 'bad')).store.clients.size).toBe(0)
  })

  it('[FL17] whose process ends, such as for lack of memory, end nothing else', async () => {
    await using server = await startServer()
    const { baseUrl } = server
    const posted = post(baseUrl, 'costly', 'text/csv', COSTLY)
    process.kill(await conversionOf(server), 'SIGKILL')
    const refused = { type: problem('bad-update'), reason: 'too-costly' }
    expect(await (await posted).json()).toMatchObject(refused)
    expect((await post(baseUrl, 'list', 'text/csv', 'a,1\n')).status).toBe(200)
  })

  it('[FL17] of whoever disconnects aren’t converted to the end', async () => {
    await using server = await startServer()
    const { baseUrl } = server
    const gone = new AbortController()
    const posted = post(baseUrl, 'costly', 'text/csv', COSTLY, gone.signal)
    const conversion = await conversionOf(server)
    gone.abort()
    await expect(posted).rejects.toThrow('aborted')
    // It comes after the one before.
    expect((await post(baseUrl, 'list', 'text/csv', 'a,1\n')).status).toBe(200)
    expect(() => process.kill(conversion, 0)).toThrow('ESRCH')
    expect((await fetchDocument(baseUrl, 'costly')).store.clients.size).toBe(0)
  })

  it('[FL17] that are being converted when the server ends, end with it', async () => {
    await using server = await startServer()
    const posted = post(server.baseUrl, 'costly', 'text/csv', COSTLY)
    const conversion = await conversionOf(server)
    process.kill(server.pid, 'SIGTERM')
    expect(await server.exited).toBe(0)
    expect(() => process.kill(conversion, 0)).toThrow('ESRCH')
    expect(await (await posted).json()).toMatchObject({ type: problem('shutting-down') })
  })
})

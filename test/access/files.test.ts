import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DocumentFiles } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import { call, expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { ALL, as, Office, start } from './application.js'

const TYPE = 'text/csv'
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBACgBAW0BeAF3BnNlY3JldAA=', 'base64')

/** Conversions that are done when the test says so, like those that wait for their turn. */
class Conversions {
  begun: Promise<void>
  #begin!: () => void
  #end!: () => void

  constructor() {
    this.begun = new Promise((resolve) => (this.#begin = resolve))
  }

  readonly files: DocumentFiles = {
    types: [TYPE],
    maxBytes: 1_024,
    read: () => this.#converted(),
    write: () => this.#converted(),
  }

  end(): void {
    this.#end()
  }

  async #converted(): Promise<Uint8Array> {
    const ended = new Promise<void>((resolve) => (this.#end = resolve))
    this.#begin()
    await ended
    return UPDATE
  }
}

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-files-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function startWith(conversions: Conversions, more: { readonly dataDir?: string } = {}) {
  const office = new Office({ ann: ALL })
  const { files } = conversions
  const options = { ...office.options, documentFiles: files, revalidateMs: 3_600_000, ...more }
  return { office, server: await start('node:http', options) }
}

describe('[AC43 FL17] a file that was converted', () => {
  it('isn’t answered to whoever may no longer read', async () => {
    const conversions = new Conversions()
    const { office, server } = await startWith(conversions)
    await using _ = server
    const room = new TestRoom(server.baseUrl)
    const headers = { ...as('ann').headers, 'content-type': 'application/octet-stream' }
    expect(await call(room.url('document'), { headers, body: UPDATE })).toMatchObject({
      status: 200,
    })
    const asked = call(room.url('document'), { headers: { ...as('ann').headers, accept: TYPE } })
    await conversions.begun
    office.rights.delete('ann')
    await server.rooms.revalidate()
    conversions.end()
    expectProblem(await asked, 'forbidden')
  })

  it.each(['may no longer write', 'has signed out'])(
    'isn’t stored for whoever %s',
    async (what) => {
      const conversions = new Conversions()
      const { office, server } = await startWith(conversions)
      await using _ = server
      office.details = () => ({ session: 'the login' })
      const room = new TestRoom(server.baseUrl)
      const headers = { ...as('ann').headers, 'content-type': TYPE }
      const posted = call(room.url('document'), { headers, body: Buffer.from('a,b') })
      await conversions.begun
      const isOut = what === 'has signed out'
      if (isOut) await server.rooms.endSession('the login')
      else office.rights.set('ann', ['watch'])
      await server.rooms.revalidate()
      conversions.end()
      expectProblem(await posted, isOut ? 'unauthorized' : 'forbidden')
      office.details = () => ({})
      const left = await call(room.url('document'), as('ann'))
      expect(left.text).not.toContain('secret')
    },
  )
})

it('[FL15 HY3] a version says who posted the file that its document began with', async () => {
  await using folder = await newFolder()
  const conversions = new Conversions()
  const { server } = await startWith(conversions, { dataDir: folder.path })
  await using _ = server
  const room = new TestRoom(server.baseUrl)
  const headers = { ...as('ann').headers, 'content-type': TYPE }
  const posted = call(room.url('document'), { headers, body: Buffer.from('a,b') })
  await conversions.begun
  conversions.end()
  expect(await posted).toMatchObject({ status: 200 })
  const named = await call(room.url('document/versions'), { ...as('ann'), json: { name: 'Sent' } })
  expect(JSON.parse(named.text)).toMatchObject({ authors: [{ id: 'ann' }] })
})

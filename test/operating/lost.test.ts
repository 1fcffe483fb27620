import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import type { AccessAnswer, AccessChange } from '@whereabouts/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { call, callJson, expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { applyUpdate, Doc } from 'yjs'
import { runCommand } from '../servers/command.js'
import { freePort } from '../servers/free-port.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

/** What reconnects and revalidates takes a few seconds. */
const SOON = { timeout: 20_000 }
const LOST = { problem: 'document-lost' }

const as = (user: string) => ({ headers: { 'x-forwarded-user': user } })

/** A server with logins by a proxy, which goes back to its backup. */
class Host implements AsyncDisposable {
  readonly #folder: string
  readonly #port: number
  #server: RunningServer

  private constructor(folder: string, port: number, server: RunningServer) {
    this.#folder = folder
    this.#port = port
    this.#server = server
  }

  static async start(): Promise<Host> {
    const folder = await mkdtemp(join(tmpdir(), 'whereabouts-lost-'))
    const port = await freePort()
    return new Host(folder, port, await Host.#serve(folder, port))
  }

  static #serve(folder: string, port: number): Promise<RunningServer> {
    return startServer({ dataDir: join(folder, 'data') }, port, [], {
      WHEREABOUTS_AUTH: 'proxy',
      WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1',
    })
  }

  get url(): string {
    return this.#server.baseUrl
  }

  room(name: string): TestRoom {
    return new TestRoom(this.url, name)
  }

  async backUp(): Promise<void> {
    expect(await this.#run('backup')).toMatchObject({ code: 0, err: '' })
  }

  async restore(): Promise<void> {
    await this.#server.stop()
    expect(await this.#run('restore')).toMatchObject({ code: 0 })
    this.#server = await Host.#serve(this.#folder, this.#port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #run(command: string) {
    const at = { WHEREABOUTS_DATA: join(this.#folder, 'data') }
    return runCommand([command, join(this.#folder, 'copy.sqlite')], at)
  }
}

/** Somebody's page, whose network can be taken away. */
class Page {
  readonly room: Room
  readonly provider: RoomProvider
  #up = new AbortController()

  constructor(host: Host, user: string, name: string, doc = new Doc()) {
    this.room = joinRoom({
      url: host.url,
      room: name,
      headers: () => as(user).headers,
      fetch: (input, init = {}) => {
        const signals = [this.#up.signal, ...(init.signal ? [init.signal] : [])]
        return fetch(input, { ...init, signal: AbortSignal.any(signals) })
      },
    })
    this.provider = new RoomProvider(this.room, doc)
    pages.push(this)
  }

  get text(): string {
    return this.provider.doc.getText('body').toJSON()
  }

  async write(text: string): Promise<void> {
    this.provider.doc.getText('body').insert(0, text)
    await this.saved()
  }

  async saved(): Promise<void> {
    await expect.poll(() => this.provider.saved, SOON).toBe(true)
  }

  down(): void {
    this.#up.abort()
  }

  up(): void {
    this.#up = new AbortController()
  }

  async end(): Promise<void> {
    this.down()
    await this.room.leave()
  }
}

const pages: Page[] = []
let host: Host

beforeEach(async () => {
  host = await Host.start()
})
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.end()))
  await host[Symbol.asyncDispose]()
})

async function accessOf(name: string, user: string): Promise<AccessAnswer> {
  return (await callJson(host.room(name).url('access'), as(user))) as unknown as AccessAnswer
}

async function share(name: string, owner: string, change: Omit<AccessChange, 'revision'>) {
  const { access } = await accessOf(name, owner)
  const { headers } = as(owner)
  const { status } = await call(host.room(name).url('access'), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ ...change, revision: access!.revision }),
  })
  expect(status).toBe(200)
}

async function textFor(name: string, user: string): Promise<string> {
  const answer = await fetch(host.room(name).url('document'), as(user))
  expect(answer.status).toBe(200)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()))
  return doc.getText('body').toJSON()
}

const PRIVATE = {
  link: 'nothing',
  users: { vic: { role: 'viewer' }, ed: { role: 'editor' } },
} as const

it('[DO96 SR25 CL135 CL136] a document made after the backup comes back with its owner, closed, and with what others wrote', async () => {
  await new Page(host, 'ann', 'earlier').write('from before')
  await host.backUp()
  const ann = new Page(host, 'ann', 'late')
  await ann.write('Ann’s plan.')
  await share('late', 'ann', PRIVATE)
  const vic = new Page(host, 'vic', 'late')
  const ed = new Page(host, 'ed', 'late')
  await expect.poll(() => vic.text, SOON).toBe('Ann’s plan.')
  await expect.poll(() => ed.text, SOON).toBe('Ann’s plan.')
  await ed.write('Ed’s part. ')
  await expect.poll(() => ann.text, SOON).toBe('Ed’s part. Ann’s plan.')
  await ann.saved()
  ann.down()
  await host.restore()

  await expect.poll(() => vic.provider.problem, SOON).toMatchObject(LOST)
  await expect.poll(() => ed.provider.problem, SOON).toMatchObject(LOST)
  ed.provider.doc.getText('body').insert(0, 'More. ')
  await expect.poll(() => ed.provider.problem, SOON).toMatchObject(LOST)
  expect([vic.provider.saved, ed.provider.saved]).toEqual([false, false])
  expect(vic.text).toBe('Ed’s part. Ann’s plan.')
  expect(await textFor('late', 'zed'), 'nobody has published it').toBe('')

  ann.up()
  await expect
    .poll(async () => (await accessOf('late', 'ann')).access, SOON)
    .toMatchObject({ owner: 'ann', users: {}, link: 'nothing' })
  await ann.saved()
  for (const user of ['zed', 'vic', 'ed']) {
    expectProblem(await call(host.room('late').url('document'), as(user)), 'forbidden')
  }
  await expect.poll(() => ed.provider.status, SOON).toBe('closed')
  expect(ed.text).toBe('More. Ed’s part. Ann’s plan.')

  await share('late', 'ann', PRIVATE)
  const again = new Page(host, 'ed', 'late', ed.provider.doc)
  await again.saved()
  await expect.poll(() => ann.text, SOON).toBe('More. Ed’s part. Ann’s plan.')
  const watching = new Page(host, 'vic', 'late')
  await expect.poll(() => watching.text, SOON).toBe('More. Ed’s part. Ann’s plan.')
})

it('[DO97] who has a document that was lost, where there is another one now, keeps it apart and whole', async () => {
  const ann = new Page(host, 'ann', 'again')
  await ann.write('the first one')
  await host.backUp()
  await call(host.room('again').url('document'), { ...as('ann'), method: 'DELETE' })
  await expect.poll(() => ann.provider.status, SOON).toBe('closed')
  const fred = new Page(host, 'fred', 'again')
  await fred.write('the second one, acknowledged')
  await host.restore()
  await expect
    .poll(() => fred.provider.former?.getText('body').toJSON(), SOON)
    .toBe('the second one, acknowledged')
  expect(fred.provider.formerWasLost).toBe(true)
  await fred.saved()
  expect(fred.text).toBe('the first one')
})

it('[DO50 DO51] what was deleted before the backup, or is known to be, doesn’t come back', async () => {
  const [ann, ben] = [new Page(host, 'ann', 'gone'), new Page(host, 'ben', 'gone')]
  await ann.write('deleted')
  await expect.poll(() => ben.text, SOON).toBe('deleted')
  await ben.saved()
  ben.down()
  await call(host.room('gone').url('document'), { ...as('ann'), method: 'DELETE' })
  await host.backUp()
  await host.restore()
  ben.up()
  await expect.poll(() => ben.text, SOON).toBe('')
  await ben.saved()
  expect(ben.provider.former).toBeNull()
  expect(await textFor('gone', 'zed')).toBe('')
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'
import { RoomProvider, type ProviderEvents } from '@whereabouts/client/yjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Doc } from 'yjs'
import { Application } from './application.js'
import { Proxy } from './proxies.js'
import { until } from './until.js'

const rooms: Room[] = []

interface Kept {
  readonly room: Room
  readonly doc: Doc
  readonly provider: RoomProvider
}

async function keep(url: string, options: Partial<JoinOptions> = {}): Promise<Kept> {
  const room = joinRoom({ url, room: 'minutes', ...options })
  rooms.push(room)
  const doc = new Doc()
  const provider = new RoomProvider(room, doc)
  await untilIt(provider, 'synced')
  return { room, doc, provider }
}

/** Resolves as soon as the provider is synced or saved. */
function untilIt(provider: RoomProvider, is: 'synced' | 'saved'): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!provider[is]) return
      provider.off(is, look)
      resolve()
    }
    provider.on(is, look)
    look()
  })
}

function said<Name extends keyof ProviderEvents>(
  provider: RoomProvider,
  name: Name,
): Promise<ProviderEvents[Name][0]> {
  return new Promise((resolve) => {
    const listener = (...[value]: ProviderEvents[Name]) => {
      provider.off(name, listener)
      resolve(value)
    }
    provider.on(name, listener)
  })
}

const textOf = (doc: Doc) => doc.getText('body').toJSON()

function untilText(doc: Doc, isAsItShouldBe: (text: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    const body = doc.getText('body')
    const look = () => {
      if (!isAsItShouldBe(textOf(doc))) return
      body.unobserve(look)
      resolve(textOf(doc))
    }
    body.observe(look)
    look()
  })
}

/** A network that can go down and can lose an answer. */
class Network {
  #up = new AbortController()
  #losesAnswerOf: string | null = null
  /** All answers to posts of the document, including lost ones. */
  readonly answers: unknown[] = []

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const down = this.#up.signal
    const signal = AbortSignal.any([down, ...(init.signal ? [init.signal] : [])])
    const response = await fetch(input, { ...init, signal })
    const call = `${init.method ?? 'GET'} ${new URL(String(input)).pathname.split('/').at(-1)}`
    if (call === 'POST document') this.answers.push(await response.clone().json())
    if (call !== this.#losesAnswerOf) return response
    this.#losesAnswerOf = null
    throw new TypeError('the answer is lost')
  }

  down(): void {
    this.#up.abort()
  }

  up(): void {
    this.#up = new AbortController()
  }

  loseAnswerOf(call: string): void {
    this.#losesAnswerOf = call
  }
}

const isLost = ({ status }: { readonly status: string }) => status === 'reconnecting'

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.1)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

describe('a document of two clients', () => {
  it('[CL21 DO3] is the same for both, whoever types', async () => {
    await using server = await Application.listen()
    const [ann, bob] = [await keep(server.url), await keep(server.url)]
    ann.doc.getText('body').insert(0, 'Hello')
    await untilText(bob.doc, (text) => text === 'Hello')
    bob.doc.getText('body').insert(5, ' world')
    ann.doc.getText('body').insert(0, '> ')
    await Promise.all(
      [ann, bob].map(({ doc }) => untilText(doc, (text) => text === '> Hello world')),
    )
    await Promise.all([ann, bob].map(({ provider }) => untilIt(provider, 'saved')))
    const cyd = await keep(server.url)
    expect(textOf(cyd.doc)).toBe('> Hello world')
  })

  it('[CL20 DO4] merges offline edits of both, including updates that the room no longer keeps', async () => {
    await using server = await Application.listen({ maxRecentDocumentBytes: 200 })
    const network = new Network()
    const ann = await keep(server.url)
    const bob = await keep(server.url, { fetch: network.fetch })
    ann.doc.getText('body').insert(0, '|')
    await untilText(bob.doc, (text) => text === '|')
    const lost = until(bob.room, isLost)
    network.down()
    await lost
    bob.doc.getText('body').insert(0, 'bob')
    for (let line = 0; line < 50; line++) {
      ann.doc.getText('body').insert(ann.doc.getText('body').length, `line ${line};`)
      if (line % 10 === 0) await untilIt(ann.provider, 'saved')
    }
    await untilIt(ann.provider, 'saved')
    expect(bob.provider).toMatchObject({ saved: false, synced: false })
    network.up()
    await Promise.all([untilIt(bob.provider, 'synced'), untilIt(bob.provider, 'saved')])
    const whole = `bob${Array.from({ length: 50 }, (_item, line) => `line ${line};`).join('')}`
    await untilText(ann.doc, (text) => text.replace('|', '') === whole)
    expect(await untilText(bob.doc, (text) => text.replace('|', '') === whole)).toBe(
      textOf(ann.doc),
    )
  })

  it('[CL40 DO9] has an edit once even if the answer to its post was lost', async () => {
    await using server = await Application.listen()
    const network = new Network()
    const ann = await keep(server.url, { fetch: network.fetch })
    network.loseAnswerOf('POST document')
    ann.doc.getText('body').insert(0, 'once')
    await untilIt(ann.provider, 'saved')
    // The client saw its edit on the stream, or got the same answer to a second post.
    expect(new Set(network.answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(textOf((await keep(server.url)).doc)).toBe('once')
  })

  it('[CL20 CL21] loses nothing when the server restarts while both type', async () => {
    const dataDir = await mkdtemp(joinPath(tmpdir(), 'whereabouts-'))
    try {
      await using server = await Application.listen({ dataDir })
      const [ann, bob] = [await keep(server.url), await keep(server.url)]
      const type = ({ doc }: Kept, text: string) => doc.getText('body').insert(0, text)
      for (let at = 0; at < 20; at++) {
        type(ann, 'a')
        type(bob, 'b')
      }
      const restarted = server.restart()
      for (let at = 0; at < 20; at++) {
        type(ann, 'a')
        type(bob, 'b')
        await new Promise((resolve) => setImmediate(resolve))
      }
      await restarted
      const all = (text: string) => text.replaceAll('b', '').length === 40 && text.length === 80
      await Promise.all([ann, bob].map(({ doc }) => untilText(doc, all)))
      await Promise.all([ann, bob].map(({ provider }) => untilIt(provider, 'saved')))
      expect(textOf(ann.doc)).toBe(textOf(bob.doc))
      expect(textOf((await keep(server.url)).doc)).toBe(textOf(ann.doc))
    } finally {
      await rm(dataDir, { recursive: true })
    }
  })

  it('[CL9 DO6] converges over a network that lets no stream through', async () => {
    await using server = await Application.listen()
    await using proxy = await Proxy.buffering(server.port, ({ url }) => /events/.test(url ?? ''))
    const ann = await keep(server.url)
    const bob = await keep(proxy.url)
    ann.doc.getText('body').insert(0, 'ann ')
    await untilText(bob.doc, (text) => text === 'ann ')
    bob.doc.getText('body').insert(4, 'bob')
    await untilText(ann.doc, (text) => text === 'ann bob')
    expect(bob.provider.problem).toBeNull()
  })
})

describe('limits', () => {
  it('[CL22 DO7] an edit that exceeds the server’s limit is posted in parts', async () => {
    await using server = await Application.listen({ maxUpdateBytes: 4_096 })
    const [ann, bob] = [await keep(server.url), await keep(server.url)]
    const cells = ann.doc.getMap<string>('cells')
    ann.doc.transact(() => {
      for (let row = 0; row < 1_000; row++) cells.set(`row ${row}`, `value ${row}`)
    })
    await untilIt(ann.provider, 'saved')
    const cyd = await keep(server.url)
    expect(cyd.doc.getMap('cells').toJSON()).toEqual(cells.toJSON())
    bob.doc.getText('body').insert(0, 'after')
    await untilText(ann.doc, (text) => text === 'after')
    await expect.poll(() => bob.doc.getMap('cells').size).toBe(1_000)
  })

  it('[CL45 DO34] document-full is reported, and solved by undoing the edit', async () => {
    await using server = await Application.listen({ maxDocumentBytes: 4_096 })
    const { doc, provider } = await keep(server.url)
    const body = doc.getText('body')
    const refused = said(provider, 'problem')
    body.insert(0, 'x'.repeat(20_000))
    expect(await refused).toMatchObject({ problem: 'document-full' })
    expect(provider.saved).toBe(false)
    body.delete(0, 20_000)
    body.insert(0, 'less')
    await untilIt(provider, 'saved')
    expect(provider.problem).toBeNull()
    expect(textOf((await keep(server.url)).doc)).toBe('less')
  })

  it('[CL22 DO7] a long text is posted in parts', async () => {
    await using server = await Application.listen({ maxUpdateBytes: 4_096 })
    const { doc, provider } = await keep(server.url)
    const text = 'x😀'.repeat(10_000)
    doc.getText('body').insert(0, text)
    await untilIt(provider, 'saved')
    expect(provider.problem).toBeNull()
    expect(textOf((await keep(server.url)).doc)).toBe(text)
  })

  it('[CL43 CL44 DO7] an edit that can’t be split is set aside until it is undone, and later edits are saved', async () => {
    await using server = await Application.listen({ maxUpdateBytes: 4_096 })
    const { doc, provider } = await keep(server.url)
    const other = await keep(server.url)
    const setAside = said(provider, 'setAside')
    doc.getMap('cells').set('A1', 'x'.repeat(20_000))
    expect(await setAside).toBe(true)
    doc.getText('body').insert(0, 'later')
    await untilText(other.doc, (text) => text === 'later')
    expect([provider.saved, provider.problem?.problem]).toEqual([false, 'too-large'])
    doc.getMap('cells').delete('A1')
    await untilIt(provider, 'saved')
    expect([provider.setAside, provider.problem]).toEqual([false, null])
  })
})

import { createServer, type RequestListener } from 'node:http'
import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { sharedAccess } from '@whereabouts/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { getDocument, syncDocument, TestDocument } from 'whereabouts-conformance/document'
import { TestRoom } from 'whereabouts-conformance/room'
import { Doc } from 'yjs'
import { launchChromium } from '../chromium.js'
import { type RunningPlain, startPlain } from '../servers/plain.js'
import { bundlePage } from './bundle.js'

const NAME = 'minutes'
const EMPTY = [0, 0]
const BY = { by: 'ada' }
const rooms: Room[] = []

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

/** A network that can be taken away. */
class Network {
  #up = new AbortController()

  readonly fetch: typeof globalThis.fetch = (input, init = {}) => {
    const signal = AbortSignal.any([this.#up.signal, ...(init.signal ? [init.signal] : [])])
    return fetch(input, { ...init, signal })
  }

  down(): void {
    this.#up.abort()
  }

  up(): void {
    this.#up = new AbortController()
  }
}

function keep(server: RunningPlain, network = new Network()) {
  const room = joinRoom({ url: server.baseUrl, room: NAME, fetch: network.fetch })
  rooms.push(room)
  const provider = new RoomProvider(room, new Doc())
  const write = (text: string) => provider.doc.getText('body').insert(0, text)
  const text = () => provider.doc.getText('body').toJSON()
  return { room, provider, network, write, text }
}

const documentOf = (server: RunningPlain) => getDocument(new TestRoom(server.baseUrl, NAME))

describe('a document that is deleted while a client is there', () => {
  it('[AD3 DO50] closes the client’s room, and nothing that is typed then comes back', async () => {
    await using server = await startPlain()
    const ann = keep(server)
    await expect.poll(() => ann.provider.synced).toBe(true)
    ann.write('the minutes of a meeting that never was')
    await expect.poll(() => ann.provider.saved).toBe(true)
    await server.whereabouts.administration.deleteDocument(NAME, BY)
    await expect.poll(() => ann.provider.status).toBe('closed')
    expect(ann.provider.problem).toMatchObject({ problem: 'document-deleted' })
    ann.write('more ')
    expect(ann.provider.saved).toBe(false)
    expect(await ann.provider.destroy()).toBe(false)
    expect([...(await documentOf(server))]).toEqual(EMPTY)
  })

  it('[DO50 DO51] is begun again by a client who was away and typed', async () => {
    await using server = await startPlain()
    const ann = keep(server)
    await expect.poll(() => ann.provider.synced).toBe(true)
    ann.write('the minutes')
    await expect.poll(() => ann.provider.saved).toBe(true)
    ann.network.down()
    await expect.poll(() => ann.provider.status).toBe('reconnecting')
    ann.write('unsaved: ')
    await server.whereabouts.administration.deleteDocument(NAME, BY)
    ann.network.up()
    await expect
      .poll(() => ann.provider.former?.getText('body').toJSON())
      .toBe('unsaved: the minutes')
    await expect.poll(() => ann.provider.saved).toBe(true)
    expect(ann.text()).toBe('')
    expect([...(await documentOf(server))]).toEqual(EMPTY)
    ann.write('another meeting')
    await expect.poll(() => ann.provider.saved).toBe(true)
    const ben = keep(server)
    await expect.poll(() => ben.text()).toBe('another meeting')
  })

  it('[AD2 DO49] deleted again and again while two clients type: nothing old is ever in it', async () => {
    await using server = await startPlain()
    const clients = [keep(server), keep(server)]
    for (let round = 0; round < 5; round++) {
      for (const [index, client] of clients.entries()) {
        if (client.provider.status === 'closed') clients[index] = keep(server)
      }
      await expect.poll(() => clients.every(({ provider }) => provider.synced)).toBe(true)
      for (const { write } of clients) for (const each of 'typed') write(`${round}${each}`)
      // Until something of it was stored there is nothing to delete.
      await expect.poll(() => server.whereabouts.administration.deleteDocument(NAME, BY)).toBe(true)
      await expect
        .poll(() => clients.every(({ provider }) => provider.status === 'closed'))
        .toBe(true)
    }
    const last = keep(server)
    await expect.poll(() => last.provider.synced).toBe(true)
    last.write('new')
    await expect.poll(() => last.provider.saved).toBe(true)
    expect(last.text().replace('new', '')).toMatch(/^(4.)*$/)
    const { incarnation } = await syncDocument(new TestRoom(server.baseUrl, NAME), new Uint8Array())
    expect(incarnation).toMatch(/^5-/)
  })
})

describe('a browser that keeps a document', { timeout: 60_000 }, () => {
  let browser: Browser
  let html: string
  beforeAll(async () => {
    html = await bundlePage(new URL('deleted-page.ts', import.meta.url))
    browser = await launchChromium()
  }, 60_000)
  afterAll(() => browser.close())

  /** A page of the server's own origin, with the document open. */
  async function open(page: Page, server: RunningPlain): Promise<void> {
    const address = `${server.baseUrl}/page`
    await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: html }))
    await page.goto(address)
    await page.waitForFunction(() => 'kept' in window)
  }

  const synced = (page: Page) => page.waitForFunction(() => window.kept.provider.synced)
  const saved = (page: Page) =>
    page.waitForFunction(() => window.kept.provider.saved && window.kept.provider.kept)
  const write = (page: Page, text: string) =>
    page.evaluate((each) => window.kept.provider.doc.getText('body').insert(0, each), text)
  const text = (page: Page) =>
    page.evaluate(() => window.kept.provider.doc.getText('body').toJSON())
  const former = (page: Page) =>
    page.evaluate(() => window.kept.provider.former?.getText('body').toJSON())

  it('[DO49 DO50 DO51] begins again when it is opened again, and drops its copy', async () => {
    await using server = await startPlain()
    const context = await browser.newContext()
    const page = await context.newPage()
    await open(page, server)
    await synced(page)
    await write(page, 'the minutes')
    await saved(page)
    await server.whereabouts.administration.deleteDocument(NAME, BY)
    await page.waitForFunction(() => window.kept.provider.status === 'closed')
    for (let times = 0; times < 2; times++) {
      await open(page, server)
      await synced(page)
      expect([await text(page), await former(page)]).toEqual(['', undefined])
    }
    await write(page, 'new')
    await saved(page)
    await open(page, server)
    await synced(page)
    expect(await text(page)).toBe('new')
    await context.close()
  })

  it('[DO51] keeps what was never saved until it is dropped, also in the page after that', async () => {
    await using server = await startPlain()
    const context = await browser.newContext()
    const page = await context.newPage()
    await open(page, server)
    await synced(page)
    await write(page, 'the minutes')
    await saved(page)
    await context.setOffline(true)
    await write(page, 'unsaved: ')
    await page.waitForFunction(() => window.kept.provider.kept)
    await server.whereabouts.administration.deleteDocument(NAME, BY)
    await page.close()
    await context.setOffline(false)
    const next = await context.newPage()
    for (let times = 0; times < 2; times++) {
      await open(next, server)
      await synced(next)
      await next.waitForFunction(() => window.kept.provider.former !== null)
      expect([await text(next), await former(next)]).toEqual(['', 'unsaved: the minutes'])
    }
    await next.evaluate(() => window.kept.provider.dropFormer())
    await write(next, 'new')
    await saved(next)
    await open(next, server)
    await synced(next)
    expect([await text(next), await former(next)]).toEqual(['new', undefined])
    expect([...(await documentOf(server))].length).toBeLessThan(60)
    await context.close()
  })

  const asAnn = { authenticate: () => ({ id: 'ann' }), authorize: sharedAccess }

  /** A server that another one, which has nothing, takes the place of, as after a restore. */
  async function startLosing() {
    const handlers: RequestListener[] = []
    const server = await startPlain(asAnn, (handle) => {
      handlers.push(handle)
      return createServer((request, response) => handlers[0]!(request, response))
    })
    const restored = await startPlain(asAnn, (handle) => {
      handlers.push(handle)
      return createServer(handle)
    })
    const lose = () => void handlers.shift()
    const stop = async () => {
      await Promise.all([server.stop(), restored.stop()])
    }
    return { server, restored, lose, [Symbol.asyncDispose]: stop }
  }

  /** Opens Ann's document, and waits until the browser's copy says that it is hers. */
  async function keepOwn(page: Page, server: RunningPlain): Promise<void> {
    await open(page, server)
    await synced(page)
    await write(page, 'the minutes')
    await page.waitForFunction(() =>
      window.kept.provider.room.getSnapshot().can?.includes('manage'),
    )
    await saved(page)
  }

  it('[CL135 DO97] gives a lost document back from its owner’s copy, when that is opened again', async () => {
    await using losing = await startLosing()
    const { server, restored, lose } = losing
    const context = await browser.newContext()
    const page = await context.newPage()
    await keepOwn(page, server)
    lose()
    await open(page, server)
    await saved(page)
    expect([await text(page), await former(page)]).toEqual(['the minutes', undefined])
    const answer = await fetch(new TestRoom(restored.baseUrl, NAME).url('access'))
    expect(await answer.json()).toMatchObject({ access: { owner: 'ann', link: 'nothing' } })
    await context.close()
  })

  it('[DO97 DO51] keeps all of a lost document apart from another one, also in the page after that', async () => {
    await using losing = await startLosing()
    const { server, restored, lose } = losing
    await new TestDocument(new TestRoom(restored.baseUrl, NAME)).post('A1')
    const context = await browser.newContext()
    const page = await context.newPage()
    await keepOwn(page, server)
    lose()
    for (let times = 0; times < 2; times++) {
      await open(page, server)
      await page.waitForFunction(() => window.kept.provider.former !== null)
      expect([await text(page), await former(page)]).toEqual(['', 'the minutes'])
      expect(await page.evaluate(() => window.kept.provider.formerWasLost)).toBe(true)
      await saved(page)
    }
    await context.close()
  })

  it('[DO50] a tab that has not heard of it yet spoils nothing of what the other one keeps', async () => {
    await using server = await startPlain()
    const context = await browser.newContext()
    const late = await context.newPage()
    await open(late, server)
    await synced(late)
    await write(late, 'the minutes')
    await saved(late)
    // From now on it hears nothing, and says nothing.
    await late.route('**/rooms/**', (route) => route.abort())
    await server.whereabouts.administration.deleteDocument(NAME, BY)
    const page = await context.newPage()
    await open(page, server)
    await synced(page)
    await write(page, 'new')
    await saved(page)
    await write(late, 'late: ')
    await expect.poll(() => late.evaluate(() => window.kept.provider.kept)).toBe(false)
    await open(page, server)
    await synced(page)
    expect(await text(page)).toBe('new')
    await context.close()
  })
})

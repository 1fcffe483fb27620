import { joinRoom, type Room, type RoomSnapshot } from '@whereabouts/client'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { until } from '../client/until.js'
import { atNight } from '../at-night.js'
import { HOST, TabsServer } from './tabs-server.js'

const TABS = 30

/** Pages of one browser. */
class Tabs implements AsyncDisposable {
  readonly pages: Page[] = []
  /** The page that made the last request for several rooms. */
  leader: Page | undefined

  private constructor(
    private readonly context: BrowserContext,
    private readonly server: TabsServer,
  ) {}

  static async open(browser: Browser, server: TabsServer, rooms: readonly string[]): Promise<Tabs> {
    const tabs = new Tabs(await browser.newContext(), server)
    for (const room of rooms) await tabs.add(room)
    return tabs
  }

  async add(...rooms: readonly string[]): Promise<Page> {
    const page = await this.context.newPage()
    page.on('request', (request) => {
      if (request.url().includes('/streams')) this.leader = page
    })
    await page.goto(this.server.page)
    const name = `tab ${this.pages.length}`
    for (const room of rooms) {
      await page.evaluate(([its, own]) => window.tabsPage.open(its!, own!), [room, name])
    }
    this.pages.push(page)
    return page
  }

  /** All pages but some. */
  others(...but: readonly (Page | undefined)[]): Page[] {
    return this.pages.filter((page) => !but.includes(page))
  }

  devTools(page: Page): Promise<CDPSession> {
    return this.context.newCDPSession(page)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close()
  }
}

const isOnline = (page: Page) =>
  page.waitForFunction(() => window.tabsPage.rooms.every(({ status }) => status === 'online'))
const write = (page: Page, text: string) => page.evaluate((its) => window.tabsPage.write(its), text)
const textOf = (page: Page) => page.evaluate(() => window.tabsPage.text())
const isSaved = (page: Page) => page.evaluate(() => window.tabsPage.isSaved())
const transportOf = (page: Page) =>
  page.evaluate(() => window.tabsPage.rooms[0]?.getSnapshot().transport)

/** Somebody else in a room, who notes who was away or gone of those that were there. */
class Witness implements AsyncDisposable {
  readonly room: Room
  readonly absent = new Set<string>()
  #names = new Set<string>()

  constructor(url: string, room: string) {
    this.room = joinRoom({ url, room, watch: true })
    this.room.subscribe(() => this.#look(this.room.getSnapshot()))
  }

  async sees(count: number): Promise<void> {
    await until(this.room, ({ members }) => members.length === count)
  }

  #look({ status, members }: RoomSnapshot): void {
    if (status !== 'online') return
    const online = new Set(
      members.filter((each) => each.status === 'online').map(({ user }) => user.name),
    )
    for (const name of this.#names) if (!online.has(name)) this.absent.add(name)
    this.#names = new Set([...this.#names, ...online])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.room.leave()
  }
}

/** Writes in one page, and waits until all others in the same room show it. */
async function expectSeen(from: Page, by: readonly Page[], text: string): Promise<void> {
  await write(from, text)
  for (const page of by) await expect.poll(() => textOf(page)).toContain(text)
}

describe('tabs over HTTP/1.1', () => {
  let browser: Browser

  beforeAll(async () => {
    const limit = `--renderer-process-limit=${2 * TABS}`
    browser = await launchChromium({
      args: [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`, limit],
    })
  })
  afterAll(() => browser.close())

  atNight('[CL74] thirty are live and save what is written, with one stream', async () => {
    await using server = await TabsServer.start()
    const rooms = Array.from({ length: TABS }, (_, at) => `room-${at % (TABS / 2)}`)
    await using tabs = await Tabs.open(browser, server, rooms)
    for (const page of tabs.pages) await isOnline(page)
    await Promise.all(tabs.pages.map((page, at) => write(page, `text ${at}.`)))
    for (const [at, page] of tabs.pages.entries()) {
      await expect.poll(() => isSaved(page)).toBe(true)
      const other = tabs.pages[(at + TABS / 2) % TABS]!
      await expect.poll(() => textOf(other)).toContain(`text ${at}.`)
    }
    await expect.poll(() => server.held.size).toBe(1)
    expect(await Promise.all(tabs.pages.map(transportOf))).toEqual(tabs.pages.map(() => 'stream'))
    expect(server.made.get('streams')).toBeLessThan(3 * TABS)
    expect(server.made.has('events')).toBe(false)
  })

  it('[CL77] others see nobody leave but the leader when its page closes', async () => {
    await using server = await TabsServer.start()
    await using tabs = await Tabs.open(browser, server, ['a', 'a', 'a', 'a'])
    await using witness = new Witness(server.url, 'a')
    await witness.sees(4)
    const { leader } = tabs
    await leader!.close({ runBeforeUnload: true })
    const [first, ...rest] = tabs.others(leader)
    await expectSeen(first!, rest, 'after it closed')
    await witness.sees(3)
    expect([...witness.absent]).toEqual([`tab ${tabs.pages.indexOf(leader!)}`])
    await expect.poll(() => server.held.size).toBe(1)
  })

  atNight('[CL76] others see nobody leave but the leader when its process is killed', async () => {
    await using server = await TabsServer.start()
    await using tabs = await Tabs.open(browser, server, ['a', 'a', 'a', 'a'])
    await using witness = new Witness(server.url, 'a')
    await witness.sees(4)
    const { leader } = tabs
    const devTools = await tabs.devTools(leader!)
    void devTools.send('Page.crash').catch(() => undefined)
    await leader!.waitForEvent('crash')
    const [first, ...rest] = tabs.others(leader)
    await expectSeen(first!, rest, 'after the crash')
    await witness.sees(3)
    expect([...witness.absent]).toEqual([`tab ${tabs.pages.indexOf(leader!)}`])
    expect(server.held.size).toBe(1)
  })

  atNight(
    '[CL77] others see nobody leave when the leader is frozen, and it has everything when it is back',
    async () => {
      await using server = await TabsServer.start()
      await using tabs = await Tabs.open(browser, server, ['a', 'a', 'a', 'a'])
      await using witness = new Witness(server.url, 'a')
      await witness.sees(4)
      const { leader } = tabs
      const devTools = await tabs.devTools(leader!)
      await devTools.send('Page.setWebLifecycleState', { state: 'frozen' })
      const [first, ...rest] = tabs.others(leader)
      await expectSeen(first!, rest, 'while it was frozen')
      expect(server.held.size).toBe(1)
      await devTools.send('Page.setWebLifecycleState', { state: 'active' })
      await expect.poll(() => textOf(leader!)).toBe('while it was frozen')
      await expectSeen(leader!, tabs.others(leader), 'and back')
      expect([...witness.absent]).toEqual([])
      await expect.poll(() => server.held.size).toBe(1)
    },
  )

  it('[CL83] tabs with headers, or a word on cookies, share a stream only if they say that these are the same', async () => {
    await using server = await TabsServer.start()
    await using tabs = await Tabs.open(browser, server, [])
    const open = async (token?: string, name?: string) => {
      const page = await tabs.add()
      const credentials = { ...(token && { token }), ...(name && { name }) }
      await page.evaluate((its) => window.tabsPage.open('a', 'Ann', its), credentials)
      await isOnline(page)
    }
    await open('1')
    await open('2')
    expect([server.made.get('events'), server.made.get('streams')]).toEqual([2, undefined])
    await open('3', 'ann')
    await open('4', 'ann')
    await expect.poll(() => server.held.size).toBe(3)
    await open('5', 'bob')
    await expect.poll(() => server.held.size).toBe(4)
    expect(server.made.get('events')).toBe(2)
    await open()
    expect(server.made.get('events')).toBe(3)
  })

  it('[CL74] several rooms of one page share a stream, too', async () => {
    await using server = await TabsServer.start()
    await using tabs = await Tabs.open(browser, server, [])
    const page = await tabs.add(...Array.from({ length: 8 }, (_, at) => `room-${at}`))
    await isOnline(page)
    await expect.poll(() => server.held.size).toBe(1)
    await write(page, 'saved')
    await expect.poll(() => isSaved(page)).toBe(true)
  })

  it('[CL82] ten behind a proxy that holds streams back hold one poll', async () => {
    await using server = await TabsServer.start()
    server.holdsStreams = true
    await using tabs = await Tabs.open(
      browser,
      server,
      Array.from({ length: 10 }, () => 'a'),
    )
    for (const page of tabs.pages) await isOnline(page)
    for (const page of tabs.pages) await expect.poll(() => transportOf(page)).toBe('long-poll')
    const [first, ...rest] = tabs.pages
    await expectSeen(first!, rest, 'by polls')
    for (const page of tabs.pages) await expect.poll(() => isSaved(page)).toBe(true)
    expect(server.held.size).toBeLessThanOrEqual(3)
  })

  it('[CL81] each tab has a stream of its own if the server doesn’t offer a shared one', async () => {
    await using server = await TabsServer.start({ streams: false })
    await using tabs = await Tabs.open(browser, server, ['a', 'a', 'a'])
    for (const page of tabs.pages) await isOnline(page)
    const [first, ...rest] = tabs.pages
    await expectSeen(first!, rest, 'by themselves')
    expect(server.made.get('events')).toBe(3)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestRoom } from 'whereabouts-conformance/room'
import type { RoomEvents } from 'whereabouts-conformance/stream'
import { Screen } from '../screen.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { size } from '../size.js'
import { HeadedChromium } from './headed.js'
import { Line } from './line.js'
import { OfficeWindow, postDocument } from './office-window.js'
import { addBlock, ann, goTo, reads, type } from './pages.js'
import { HOST } from './tabs-server.js'

const TABS = 30
const ROOMS = 10

/** For so long a page is hidden until its timers run once a minute; in people's browsers it is five minutes. */
const SLOW_AFTER_S = 5
/** Timers run less often than that once they are slow. */
const SELDOM_MS = 3_000

/** What a hidden page promises, and how late others may hear that it hasn't kept that. CL69, CO2 */
const HIDDEN_MS = 90_000 + 3_000
/** By when others see that a visible page has no network. */
const VISIBLE_MS = 20_000

let screen: Screen
let server: RunningServer
beforeAll(async () => {
  ;[screen, server] = await Promise.all([Screen.start(), startServer({ allowedHosts: HOST })])
})
afterAll(async () => {
  await server.stop()
  await screen[Symbol.asyncDispose]()
})

/** Tabs of one browser. The last one that was opened or shown is in front; the others are hidden. */
class Tabs implements AsyncDisposable {
  readonly windows: OfficeWindow[] = []

  private constructor(
    private readonly chromium: HeadedChromium,
    private readonly port: string,
  ) {}

  /** @param port of the server, or of a line to it */
  static async open(rooms: readonly string[], baseUrl = server.baseUrl): Promise<Tabs> {
    const slow = size(
      '',
      `--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/${SLOW_AFTER_S}`,
    )
    const names = `--host-resolver-rules=MAP ${HOST} 127.0.0.1`
    const limit = `--renderer-process-limit=${2 * TABS}`
    const chromium = await HeadedChromium.start(screen, [slow, names, limit])
    const tabs = new Tabs(chromium, new URL(baseUrl).port)
    for (const room of rooms) await tabs.add(room)
    return tabs
  }

  async add(room: string): Promise<OfficeWindow> {
    const { context } = this.chromium
    const baseUrl = `http://${HOST}:${this.port}`
    const options = { baseUrl, path: `/pages/${room}`, person: ann, context }
    const window = await OfficeWindow.open(context.browser()!, options)
    this.windows.push(window)
    await window.untilOpen()
    await window.page.evaluate(() => {
      setInterval(() => (document.body.dataset['ran'] = String(performance.now())), 100)
    })
    return window
  }

  /** The one that made the last request for the rooms of all. */
  get leader(): OfficeWindow {
    const [last] = this.windows.toSorted((one, other) => ledAtMs(other) - ledAtMs(one))
    return last!
  }

  async close(window: OfficeWindow): Promise<void> {
    this.windows.splice(this.windows.indexOf(window), 1)
    await window.page.close({ runBeforeUnload: true })
  }

  async freeze({ page }: OfficeWindow): Promise<void> {
    const devTools = await this.chromium.context.newCDPSession(page)
    await devTools.send('Page.setWebLifecycleState', { state: 'frozen' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.chromium[Symbol.asyncDispose]()
  }
}

const ledAtMs = ({ requests }: OfficeWindow) =>
  requests.findLast(({ url }) => new URL(url).pathname.endsWith('/streams'))?.atMs ?? 0
const roomOf = ({ page }: OfficeWindow) => new URL(page.url()).pathname.split('/').at(-1)!
const isHidden = ({ page }: OfficeWindow) => page.evaluate(() => document.visibilityState)
const statusOf = ({ status }: OfficeWindow) => status.textContent()

/** Resolves when timers of a hidden page are as slow as they become. */
async function untilSlow({ page }: OfficeWindow): Promise<void> {
  const since = () =>
    page.evaluate(() => performance.now() - Number(document.body.dataset['ran'] ?? 0))
  await expect.poll(since, { timeout: 60_000 }).toBeGreaterThan(SELDOM_MS)
}

/** Somebody else writes in a room. */
const writeIn = (room: string, text: string) =>
  postDocument(server.baseUrl, room, (doc) => addBlock(doc, text))

/** Says who has left, or was away. */
const absent = ({ patches }: RoomEvents) =>
  patches.flatMap(({ leave = [], status = {} }) => [
    ...leave,
    ...Object.keys(status).filter((id) => status[id] === 'away'),
  ])

describe('thirty tabs of the office in a window, over HTTP/1.1', { timeout: 180_000 }, () => {
  let tabs: Tabs
  beforeAll(async () => {
    tabs = await Tabs.open(Array.from({ length: TABS }, (_, at) => `room-${at % ROOMS}`))
  }, 180_000)
  afterAll(() => tabs[Symbol.asyncDispose]())

  const others = (window: OfficeWindow) =>
    tabs.windows.filter((each) => each !== window && roomOf(each) === roomOf(window))

  it('[OF22 CL74] are live on one stream, although only the one in front is visible and the others’ timers are slow', async () => {
    const [first] = tabs.windows
    const seen = await Promise.all(tabs.windows.map(isHidden))
    expect(seen.filter((state) => state === 'hidden')).toHaveLength(TABS - 1)
    for (const window of tabs.windows) await expect.poll(() => statusOf(window)).toBe('Live')
    await writeIn(roomOf(first!), 'from elsewhere')
    for (const window of [first!, ...others(first!)]) await reads(window, /from elsewhere/)
    const asked = tabs.windows.flatMap(({ requests }) => requests.map(({ url }) => url))
    expect(asked.filter((url) => /\/(?:events|changes)\?(?!.*waitMs=0)/.test(url))).toEqual([])
    const askedForAll = tabs.windows.filter((window) => ledAtMs(window) > 0)
    expect(askedForAll).toEqual([tabs.leader])
  })

  it('[CL74] what is written in each tab that comes to the front is there for others at once, and is saved', async () => {
    for (const window of tabs.windows.slice(0, size(3, TABS))) {
      await window.page.bringToFront()
      expect(await isHidden(window)).toBe('visible')
      expect(await statusOf(window)).toBe('Live')
      const text = `written in tab ${tabs.windows.indexOf(window)}.`
      await goTo(window)
      await type(window, text)
      await window.untilSaved()
      for (const other of others(window)) await reads(other, text)
    }
  })

  it('[CL77] nobody leaves when the leader is frozen, and once it comes to the front it has everything and is live', async () => {
    const { leader } = tabs
    expect(await isHidden(leader)).toBe('hidden')
    await using watcher = await new TestRoom(server.baseUrl, roomOf(leader)).watch()
    await tabs.freeze(leader)
    await writeIn(roomOf(leader), 'while it was frozen')
    for (const window of others(leader)) await reads(window, /while it was frozen/)
    expect(tabs.leader).not.toBe(leader)
    await leader.page.bringToFront()
    await reads(leader, /while it was frozen/)
    await goTo(leader)
    await type(leader, 'after that')
    for (const window of others(leader)) await reads(window, /after that/)
    expect(await statusOf(leader)).toBe('Live')
    expect(absent(watcher)).toEqual([])
  })

  it('[CL75 CL77] those that are closed leave and don’t come back with a new one: the leader, and a frozen one', async () => {
    const { leader } = tabs
    const [frozen, ...left] = others(leader)
    await using watcher = await new TestRoom(server.baseUrl, roomOf(leader)).watch()
    const untilThere = (count: number) =>
      watcher.until(`${count} are there`, ({ members }) => members.size === count)
    await untilThere(left.length + 2)
    await tabs.close(leader)
    await untilThere(left.length + 1)
    await tabs.freeze(frozen!)
    await tabs.close(frozen!)
    await untilThere(left.length)
    const opened = await tabs.add(roomOf(left[0]!))
    await expect.poll(() => statusOf(opened)).toBe('Live')
    await type(opened, 'a new one')
    for (const window of left) await reads(window, /a new one/)
    await untilThere(left.length + 1)
    expect(new Set(absent(watcher)).size).toBe(2)
  })
})

/** The timers of hidden pages take minutes. */
if (size(false, true)) {
  describe('hidden tabs, whose timers run once a minute', { timeout: 600_000 }, () => {
    it('[CO2 CL69] are online, and without a network or frozen away when their promise ends', async () => {
      await using line = await Line.to(server.baseUrl)
      await using tabs = await Tabs.open(['long', 'long', 'long', 'long'], line.baseUrl)
      const frozen = tabs.windows.find((window) => window !== tabs.leader)!
      await using watcher = await new TestRoom(server.baseUrl, 'long').watch()
      const online = () =>
        [...watcher.state.members.values()].filter(({ status }) => status === 'online').length
      await untilSlow(tabs.leader)
      const over = Date.now() + 2 * HIDDEN_MS
      while (Date.now() < over) {
        await watcher.quiet()
        expect(absent(watcher)).toEqual([])
      }
      await tabs.freeze(frozen)
      await watcher.until('the frozen one is away', () => online() === 3, HIDDEN_MS)
      line.lose()
      await watcher.until('the visible one is away', () => online() === 2, VISIBLE_MS)
      await watcher.until('all are away', () => online() === 0, HIDDEN_MS)
      line.mend()
      for (const window of tabs.windows) {
        await window.page.bringToFront()
        await expect.poll(() => statusOf(window), { timeout: 30_000 }).toBe('Live')
      }
      await watcher.until('all are back', () => online() === 4)
    })
  })
}

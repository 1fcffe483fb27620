import { describe, expect, it } from 'vitest'
import { Random } from '../../../../test/simulation/random.js'
import { seedsOf, size } from '../../../../test/size.js'
import { VirtualBrowser, type VirtualTab } from './virtual-tabs.fixture.js'

function randomOf(seed: number): () => number {
  const random = new Random(seed)
  return () => random.next()
}

function browserWith(tabs: number): VirtualBrowser {
  const browser = new VirtualBrowser(randomOf(7))
  for (let count = 0; count < tabs; count++) browser.open()
  browser.runFor(3_000)
  return browser
}

/** Returns what a tab has missed, or had twice, or not in order. */
function faultOf({ name, seen, version }: VirtualTab): string {
  const isRight = seen.length === version + 1 && seen.every((each, at) => each === at)
  return isRight ? '' : `${name} has ${seen.join()} of ${version}`
}

function expectAllServed(browser: VirtualBrowser): void {
  expect(browser.leaders).toHaveLength(1)
  expect(browser.requests.size).toBe(1)
  expect(browser.awake.map(faultOf).filter(Boolean)).toEqual([])
}

describe('tabs that share a stream', () => {
  it('[CL74] one of thirty holds the stream for all', () => {
    const browser = browserWith(30)
    for (let count = 0; count < 20; count++) {
      browser.makeNews()
      browser.runFor(100)
    }
    expectAllServed(browser)
    expect([...browser.requests][0]?.wishes).toHaveLength(30)
    expect(browser.made).toBeLessThan(10)
  })

  it('[CL75] a tab that finds no other reads by itself within half a second', () => {
    const browser = new VirtualBrowser(randomOf(3))
    const tab = browser.open()
    browser.runFor(600)
    expect(tab.seen).toEqual([0])
  })

  it.each(['close', 'crash', 'freeze'] as const)(
    '[CL76 CL77] nobody flickers when the leader’s page does: %s',
    (how) => {
      const browser = browserWith(10)
      for (let count = 0; count < 5; count++) {
        const [leader] = browser.leaders
        leader?.[how]()
        browser.makeNews()
        browser.runFor(5_000)
        browser.makeNews()
        browser.runFor(1_000)
        expect(browser.leaders[0]).not.toBe(leader)
        expectAllServed(browser)
      }
      expect(browser.flickers).toEqual([])
    },
  )

  it('[CL77] a page that sleeps keeps its place, and has all when it wakes', () => {
    const browser = browserWith(5)
    const [leader] = browser.leaders
    const other = browser.awake.find((tab) => tab !== leader)
    other?.freeze()
    browser.runFor(1_000)
    leader?.freeze()
    browser.makeNews()
    browser.runFor(5_000)
    expect([...browser.requests][0]?.wishes).toHaveLength(5)
    for (const tab of [leader, other]) tab?.resume()
    browser.runFor(2_000)
    expectAllServed(browser)
  })

  it.each(['leader', 'follower'] as const)(
    '[CL77] a page that is closed while it sleeps keeps no place: the %s',
    (role) => {
      const browser = browserWith(5)
      const tab = browser.awake.find(
        (each) => browser.leaders.includes(each) === (role === 'leader'),
      )
      tab?.freeze()
      browser.runFor(1_000)
      tab?.close()
      browser.runFor(3_000)
      expect([...browser.requests][0]?.wishes).toHaveLength(4)
      expectAllServed(browser)
    },
  )

  it('[CL76] a leader that stood still follows when it is back', () => {
    const browser = browserWith(5)
    const [leader] = browser.leaders
    leader?.stall()
    browser.runFor(30_000)
    browser.makeNews()
    leader?.resume()
    browser.runFor(2_000)
    expectAllServed(browser)
    expect(browser.leaders[0]).not.toBe(leader)
  })

  it('[CL94] a tab that was busy reads the answer of the leader before it leads', () => {
    const browser = browserWith(3)
    const newcomer = browser.open()
    newcomer.stall()
    browser.runFor(2_000)
    newcomer.resume()
    browser.runFor(2_000)
    expect(browser.claims).not.toContain(newcomer.name)
    expectAllServed(browser)
  })

  it('[CL78] many changes at once are few requests', () => {
    const browser = browserWith(5)
    const before = browser.made
    for (let count = 0; count < 20; count++) browser.open()
    browser.runFor(2_000)
    for (const tab of browser.awake.slice(5, 20)) tab.close()
    browser.runFor(3_000)
    expectAllServed(browser)
    expect(browser.made - before).toBeLessThanOrEqual(8)
  })

  it('[CL79] a tab that is gone without a word loses its place within three heartbeats', () => {
    const browser = browserWith(5)
    browser.awake.find((tab) => tab !== browser.leaders[0])?.crash()
    browser.runFor(45_000)
    expect([...browser.requests][0]?.wishes).toHaveLength(4)
    expectAllServed(browser)
  })

  it('[CL120 CL80] a server that needs seven seconds is asked few times, and all get in', () => {
    const browser = new VirtualBrowser(randomOf(5))
    browser.answerMs = 7_000
    for (let count = 0; count < 5; count++) browser.open()
    browser.runFor(3_000)
    browser.open()
    browser.runFor(40_000)
    expectAllServed(browser)
    expect(browser.claims.size).toBe(1)
    expect(browser.made).toBeLessThanOrEqual(5)
  })

  it('[CL80] a leader that brings nothing is replaced', () => {
    const browser = browserWith(5)
    const [leader] = browser.leaders
    leader!.isCutOff = true
    browser.drop(leader!)
    const newcomer = browser.open()
    browser.runFor(20_000)
    expect(browser.leaders[0]).not.toBe(leader)
    expect(newcomer.seen).toEqual([0])
    expectAllServed(browser)
  })

  it('[CL84] a message that is lost comes again', () => {
    const browser = browserWith(5)
    browser.loss = 0.5
    for (let count = 0; count < 20; count++) {
      browser.makeNews()
      browser.runFor(200)
    }
    browser.loss = 0
    browser.makeNews()
    browser.runFor(2_000)
    expectAllServed(browser)
  })

  it('[CL81] each tab is by itself with a server that doesn’t offer it', () => {
    const browser = new VirtualBrowser(randomOf(5))
    browser.isOld = true
    for (let count = 0; count < 5; count++) browser.open()
    browser.runFor(10_000)
    expect(browser.awake.every(({ isAlone }) => isAlone)).toBe(true)
    expect(browser.made).toBeLessThanOrEqual(5)
  })

  it(
    '[CL74 CL75 CL76 CL77 CL80 CL84] at rest one tab leads, and every tab has had everything once and in order',
    { timeout: size(60_000, 600_000) },
    () => {
      for (const seed of seedsOf('TABS_SEED', size(300, 10_000)))
        expect(faultAtRest(seed), `TABS_SEED=${seed}`).toEqual([])
    },
  )
})

/** Returns what is wrong after all kinds of things happened to tabs. */
function faultAtRest(seed: number): string[] {
  const random = new Random(seed)
  const browser = new VirtualBrowser(() => random.next())
  browser.loss = random.pick([0, 0, 0.02, 0.2])
  browser.delayMs = random.pick([2, 20, 200, 2_000])
  browser.open()
  for (let steps = random.below(40); steps > 0; steps--) {
    happen(browser, random)
    if (random.chance(0.5)) browser.makeNews()
    browser.runFor(random.pick([0, 10, 100, 1_000, 5_000, 30_000]))
  }
  for (const tab of browser.tabs) if (tab.state === 'asleep') tab.resume()
  if (browser.awake.length === 0) browser.open()
  Object.assign(browser, { loss: 0, delayMs: 5 })
  // What was asleep, and is gone, keeps its place for two minutes.
  browser.runFor(150_000)
  const made = browser.made
  for (let count = 0; count < 10; count++) {
    browser.makeNews()
    browser.runFor(1_000)
  }
  const faults = browser.awake.map(faultOf).filter(Boolean)
  if (browser.leaders.length !== 1) faults.push(`${browser.leaders.length} tabs lead`)
  if (browser.requests.size !== 1) faults.push(`${browser.requests.size} streams are open`)
  if (browser.made > made) faults.push(`${browser.made - made} requests at rest`)
  return faults
}

function happen(browser: VirtualBrowser, random: Random): void {
  const [leader] = browser.leaders
  const tab = random.chance(0.5) && leader !== undefined ? leader : random.pick(browser.tabs)
  const what = random.pick(['open', 'open', 'close', 'crash', 'freeze', 'stall', 'resume'] as const)
  if (what === 'open') return void browser.open()
  if (what === 'resume') return tab.state === 'asleep' ? tab.resume() : undefined
  if (tab.state === 'awake') tab[what]()
}

import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { joinRoom, type Json } from '@whereabouts/client'
import { launchChromium } from '../chromium.js'
import { AT_ONCE_MS, LATE_MS } from 'whereabouts-conformance/deadline'
import { until } from '../client/until.js'
import { freePort } from '../servers/free-port.js'
import { startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import { SheetWindow, type Seen } from './sheet-window.js'
import { ann, bob, Sheets } from './sheets.js'

/** How long a member who said goodbye may take to come back. */
const SOON_MS = 2_000

const cleo = { name: 'Cleo', color: '#15803d' }

const sheets = new Sheets()

/** A member without a window, who stays until disposed of. */
async function join(room: string, name: string, location: Json): Promise<Guest> {
  const guest = joinRoom({ url: sheets.baseUrl, room, user: { name }, location })
  await until(guest, ({ self, members }) =>
    members.some((member) => member.id === self && equal(member.location, location)),
  )
  return {
    move: (next) => guest.move(next),
    [Symbol.asyncDispose]: () => guest.leave(),
  }
}

interface Guest extends AsyncDisposable {
  move(location: Json): void
}

/** Joins several members, numbered from 0 in the order of their places. */
async function joinAll(
  room: string,
  name: string,
  locations: readonly Json[],
): Promise<AsyncDisposable> {
  const guests: Guest[] = []
  for (const [at, location] of locations.entries()) {
    guests.push(await join(room, `${name}${at}`, location))
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(guests.map((guest) => guest[Symbol.asyncDispose]()))
    },
  }
}

const equal = (a: Json, b: Json) => JSON.stringify(a) === JSON.stringify(b)

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox()
  if (box === null) throw new Error('it is not visible')
  return box
}

describe('the places of others', () => {
  it('[SH1 SH91] shows the cell and selection of another window, both ways', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.select('C5')
    await anns.marker('C5').filter({ hasText: 'Bob' }).waitFor()
    await anns.select('E7')
    await bobs.marker('E7').filter({ hasText: 'Ann' }).waitFor()
    await bobs.page.keyboard.press('Shift+ArrowDown')
    await anns.page.locator('.selection').waitFor()
    const read = await fetch(`${sheets.baseUrl}/rooms/${room}/location`)
    expect(await read.json()).toMatchObject({
      members: [
        { user: ann, location: { sheet: 'sheet-1', cell: '6:4' } },
        { user: bob, location: { sheet: 'sheet-1', cell: '4:2' } },
      ],
    })
  })

  it('[SH2] keeps a marker on its cell while scrolling, zooming and with frozen panes', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using _near = await join(room, 'Near', { sheet: 'sheet-1', cell: '2:1' })
    await using _far = await join(room, 'Far', { sheet: 'sheet-1', cell: '11:5' })
    const near = anns.marker('B3')
    const far = anns.marker('F12')
    await near.waitFor()
    await anns.expectOn(far, 'F12')
    await anns.expectOn(near, 'B3')

    const before = await boxOf(far)
    await anns.page.mouse.wheel(120, 130)
    await expect.poll(async () => (await boxOf(far)).y).toBeLessThan(before.y - 100)
    await expect.poll(() => near.count()).toBe(0)
    await anns.expectOn(far, 'F12')
    await anns.page.mouse.wheel(-120, -130)
    await expect.poll(() => boxOf(far)).toEqual(before)

    await anns.zoom(5)
    await expect.poll(async () => (await boxOf(far)).width).toBeGreaterThan(before.width * 1.4)
    await anns.expectOn(far, 'F12')
    await anns.expectOn(near, 'B3')
    await anns.zoom(-5)
    await expect.poll(() => boxOf(far)).toEqual(before)

    await anns.select('C4')
    await anns.canvas.click({ button: 'right', position: { x: 260, y: 100 } })
    await anns.page.getByText('Freeze', { exact: true }).hover()
    await anns.page.getByText(/^Freeze to active cell/).click()
    const frozen = await boxOf(near)
    await anns.page.mouse.move(700, 450)
    await anns.page.mouse.wheel(100, 120)
    await expect.poll(async () => (await boxOf(far)).y).toBeLessThan(before.y - 90)
    expect(await boxOf(near)).toEqual(frozen)
    await anns.expectOn(far, 'F12')
    await anns.expectOn(near, 'B3')
  })

  atNight('[SH2 SH5] draws no member on another tab, and their avatar leads there', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.tag('Bob').waitFor()
    await bobs.page.getByText('Sheet 2', { exact: true }).click()
    await anns.avatar('Bob, in A1 of Sheet 2').waitFor()
    await expect.poll(() => anns.tag('Bob').count()).toBe(0)

    await using _far = await join(room, 'Far', { sheet: 'sheet-2', cell: '399:23' })
    await anns.avatar('Far').click()
    await anns.marker('X400').waitFor()
    await anns.expectOn(anns.marker('X400'), 'X400')
  })

  it('[SH3] shows three people in one cell side by side', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    const here = { sheet: 'sheet-1', cell: '4:2' }
    await using _bob = await join(room, 'Bob', here)
    await using _cleo = await join(room, 'Cleo', here)
    await using _dora = await join(room, 'Dora', here)
    const tags = anns.marker('C5').locator('[data-member]')
    await expect.poll(() => tags.allTextContents()).toEqual(['Bob', 'Cleo', 'Dora'])
    const [first, second, third] = await Promise.all((await tags.all()).map(boxOf))
    expect(first!.x + first!.width).toBeLessThanOrEqual(second!.x)
    expect(second!.x + second!.width).toBeLessThanOrEqual(third!.x)
  })

  it('[SH4] shows what is being typed until it is entered', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.select('C5')
    await bobs.page.keyboard.type('<b>12')
    const typing = anns.marker('C5').locator('[data-typing-by]')
    await expect.poll(() => typing.textContent()).toBe('<b>12')
    await bobs.page.keyboard.press('Enter')
    await anns.marker('C6').filter({ hasText: 'Bob' }).waitFor()
    await expect.poll(() => typing.count()).toBe(0)
  })

  it('[SH10] keeps working whatever location a stranger posts', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    const strange = [7, 'C5', [], {}, { x: 2, y: 2 }, { sheet: 'sheet-1', cell: '<img>' }]
    const beyond = [
      { sheet: '__proto__', cell: '0:0' },
      {
        sheet: 'sheet-1',
        cell: '1048575:16383',
        range: '0:0..1048575:16383',
        typing: 'x'.repeat(900),
      },
    ]
    await using _strangers = await joinAll(room, 'Stranger', [...strange, ...beyond])
    await anns.avatar('Stranger7').waitFor()
    await using plain = await join(room, 'Plain', null)
    plain.move({ sheet: 'sheet-1', cell: '4:2' })
    await anns.marker('C5').waitFor()
    const drawn = anns.page.locator('[data-cell] [data-member]')
    await expect.poll(() => drawn.allTextContents()).toEqual(['Plain'])
    await expect.poll(() => anns.avatar('Stranger7').getAttribute('aria-label')).toBe('Stranger7')
    expect(anns.complaints).toEqual([])
  })
})

describe('the page around the sheet', () => {
  it.each(['Enter', 'Escape'])(
    '[SH6 SH9] lets a newcomer type right after the name dialog, with or without a click: %s',
    async (key) => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await using newcomer = await sheets.open(room)
      await newcomer.dialog.waitFor()
      await newcomer.page.keyboard.press(key)
      await newcomer.page.locator('.person-dialog').waitFor({ state: 'detached' })
      await newcomer.page.keyboard.type('77')
      await anns.marker('A1').locator('[data-typing-by]', { hasText: '77' }).waitFor()
      await newcomer.page.keyboard.press('Enter')
      await newcomer.select('C5')
      await newcomer.page.keyboard.type('78')
      await anns.marker('C5').locator('[data-typing-by]', { hasText: '78' }).waitFor()
    },
  )

  it('[SH6] asks for a name once, stores it, and lets it be changed', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using other = await sheets.open(room)
    const name = other.dialog.getByLabel('Name')
    await expect.poll(() => name.inputValue()).toMatch(/^Guest \d+$/)
    await anns.avatar('Guest').waitFor()
    await name.fill('   ')
    await other.page.keyboard.press('Enter')
    await expect.poll(() => other.dialog.isVisible()).toBe(true)
    await name.fill('Bob')
    await other.dialog.getByLabel('Violet').check()
    await other.page.keyboard.press('Enter')
    await anns.avatar('Bob').waitFor()

    await other.page.reload()
    await other.untilOpen()
    expect(await other.dialog.count()).toBe(0)
    await other.ownAvatar.focus()
    await other.page.keyboard.press('Enter')
    await other.dialog.waitFor()
    await other.page.keyboard.press('Escape')
    await other.dialog.waitFor({ state: 'detached' })
    await expect
      .poll(() => other.ownAvatar.evaluate((own) => own === document.activeElement))
      .toBe(true)
    await other.page.keyboard.press('Enter')
    await name.fill('Bobby')
    await other.page.keyboard.press('Enter')
    await anns.avatar('Bobby').waitFor()
  })

  it('[SH6] keeps the suggested name if the newcomer enters none', async () => {
    await using other = await sheets.open(sheets.newRoom())
    await other.dialog.waitFor()
    await other.page.keyboard.press('Escape')
    await other.ownAvatar.and(other.page.getByLabel(/^Guest \d+/)).waitFor()
    await other.page.reload()
    await other.untilOpen()
    expect(await other.dialog.count()).toBe(0)
  })

  atNight('[SH7] explains that a room is full, and offers to watch', async () => {
    await using small = await startServer({ maxMembers: 1 })
    await using anns = await sheets.open('full', ann, { baseUrl: small.baseUrl })
    await using bobs = await sheets.open('full', bob, { baseUrl: small.baseUrl })
    await expect.poll(() => bobs.status.textContent()).toMatch(/^Closed: ./)
    await bobs.page.getByRole('button', { name: 'Watch instead' }).click()
    await expect.poll(() => bobs.status.textContent()).toBe('Live, watching')
    await anns.select('C5')
    await bobs.marker('C5').filter({ hasText: 'Ann' }).waitFor()
    await bobs.select('D6')
    expect(await anns.tag('Bob').count()).toBe(0)
  })

  atNight('[SH8] announces joins, leaves and moves to screen readers', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await expect.poll(() => anns.told.textContent()).toBe('Nobody else is here')
    const bobs = await sheets.open(room, bob)
    await expect.poll(() => anns.told.textContent()).toContain('Bob joined')
    await bobs.select('C5')
    await expect.poll(() => anns.told.textContent()).toContain('Bob is in C5 of Sheet 1')
    await bobs[Symbol.asyncDispose]()
    await expect.poll(() => anns.told.textContent()).toContain('Bob left')
  })

  it('[SH9] sends requests to its own server only, and logs no warnings', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.select('C5')
    await anns.page.keyboard.type('=SUM(A1:A3)')
    // Waits until the other window has the text, as Enter would choose a function still suggested.
    const typing = bobs.marker('C5').locator('[data-typing-by]', { hasText: '=SUM(A1:A3)' })
    await typing.waitFor()
    await anns.page.keyboard.press('Enter')
    await bobs.marker('C6').waitFor()
    for (const window of [anns, bobs]) {
      expect(window.strayRequests).toEqual([])
      expect(window.complaints).toEqual([])
    }
  })

  atNight('[SH9] can be used by keyboard: F6 moves between the cells and the people', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using _bob = await join(room, 'Bob', { sheet: 'sheet-1', cell: '399:23' })
    await anns.avatar('Bob').waitFor()
    await anns.select('C5')
    await anns.page.keyboard.press('F6')
    await anns.page.keyboard.press('Enter')
    await anns.marker('X400').waitFor()
    await anns.page.keyboard.press('F6')
    await anns.page.keyboard.press('ArrowDown')
    await expect.poll(() => anns.ownCell()).toBe('C6')
  })
})

describe('joining and leaving', () => {
  /** Returns when Bob was first seen in this state, in ms after a time. */
  const after = (seen: Seen[], startMs: number, isSo: (bob: string | undefined) => boolean) => {
    const statusOf = ({ people }: Seen) =>
      people.find(({ label }) => label.startsWith('Bob'))?.status
    const first = seen.find((one) => one.atMs >= startMs && isSo(statusOf(one)))
    return first === undefined ? Number.NaN : first.atMs - startMs
  }
  const isAway = (status: string | undefined) => status === 'away'
  const isGone = (status: string | undefined) => status === undefined

  it('[MB7 CL7] a reload shows no leave or join to others, and returns to its cell', async () => {
    // A reload takes longer than two seconds on a busy machine.
    await using server = await startServer({ soonMs: 15_000 })
    const { baseUrl } = server
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann, { baseUrl })
    await using bobs = await sheets.open(room, bob, { baseUrl })
    await bobs.select('C5')
    await anns.marker('C5').waitFor()
    const seen = await anns.watchPeople()
    await bobs.page.reload()
    await bobs.untilOpen()
    await expect.poll(() => bobs.ownCell()).toBe('C5')
    await bobs.page.keyboard.press('ArrowRight')
    await anns.marker('D5').waitFor()
    const people = (await seen.jsonValue()).map((one) => one.people)
    expect(people.every((all) => all.length === 1 && all[0]!.label.startsWith('Bob'))).toBe(true)
    expect(new Set(people.map(([only]) => only!.label.slice(0, 10)))).not.toContain('Bob, in A1')
    expect(await anns.told.textContent()).not.toContain('left')
  })

  it('[MB6 CL7] a closed tab is shown as away immediately, and gone soon after', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.avatar('Bob').waitFor()
    const seen = await anns.watchPeople()
    const closedMs = Date.now()
    await bobs.page.close({ runBeforeUnload: true })
    await anns.avatar('Bob').waitFor({ state: 'detached' })
    const history = await seen.jsonValue()
    expect(after(history, closedMs, isAway)).toBeLessThan(SOON_MS)
    expect(after(history, closedMs, isGone)).toBeLessThan(SOON_MS + LATE_MS)
  })

  atNight('[MB3 SH5] a killed browser is shown as away, and gone after its lease', async () => {
    const leaseMs = 4_000
    await using short = await startServer({ leaseMs })
    await using anns = await sheets.open('killed', ann, { baseUrl: short.baseUrl })
    const another = await launchChromium()
    const bobs = await SheetWindow.open(another, {
      baseUrl: short.baseUrl,
      room: 'killed',
      person: bob,
    })
    await bobs.select('C5')
    await anns.marker('C5').waitFor()
    const seen = await anns.watchPeople()
    const session = await another.newBrowserCDPSession()
    const killedMs = Date.now()
    // A crashed browser never answers.
    session.send('Browser.crash').catch(() => undefined)
    await anns.marker('C5').locator('[data-member][data-status="away"]').waitFor()
    await anns.avatar('Bob').waitFor({ state: 'detached' })
    const history = await seen.jsonValue()
    const awayMs = after(history, killedMs, isAway)
    const goneMs = after(history, killedMs, isGone)
    expect(awayMs).toBeLessThan(AT_ONCE_MS)
    // The lease counts from the kill, however late the page learned that Bob is away.
    expect(goneMs).toBeGreaterThan(leaseMs - 200)
    expect(goneMs).toBeLessThan(leaseMs + LATE_MS)
  })

  it('[CL5 SH7] after a restart of the server all members are back, and no leave is shown', async () => {
    // The default lease is longer than a restart on a busy machine, so none expires.
    const settings = { secret: 'the same secret before and after' }
    const first = await startServer(settings, await freePort())
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann, { baseUrl: first.baseUrl })
    await using bobs = await sheets.open(room, bob, { baseUrl: first.baseUrl })
    await using cleos = await sheets.open(room, cleo, { baseUrl: first.baseUrl })
    await bobs.select('C5')
    await cleos.select('D6')
    await anns.marker('C5').waitFor()
    await anns.marker('D6').waitFor()
    const seen = await anns.watchPeople()
    await first.stop()
    for (const { status } of [anns, bobs]) {
      await expect.poll(() => status.textContent()).toBe('Reconnecting…')
    }
    await cleos[Symbol.asyncDispose]()
    await using second = await startServer(settings, Number(new URL(first.baseUrl).port))
    expect(second.baseUrl).toBe(first.baseUrl)
    for (const { status } of [anns, bobs]) {
      await expect.poll(() => status.textContent(), { timeout: 30_000 }).toBe('Live')
    }
    await anns.marker('C5').locator('[data-member][data-status="online"]').waitFor()
    await bobs.select('E7')
    await anns.marker('E7').waitFor()
    const history = await seen.jsonValue()
    const everBobs = history.every(({ people }) =>
      people.some(({ label }) => label.startsWith('Bob')),
    )
    expect(everBobs).toBe(true)
    const cleoWasAway = history.some(({ people }) =>
      people.some(({ label, status }) => label.startsWith('Cleo') && status === 'away'),
    )
    expect(cleoWasAway).toBe(true)
    expect(await anns.told.textContent()).not.toContain('Bob left')
  })
})

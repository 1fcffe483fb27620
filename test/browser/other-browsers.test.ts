import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Screen } from '../screen.js'
import { size } from '../size.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { launchChromium } from '../chromium.js'
import type { Browser } from 'playwright-core'
import { Line } from './line.js'
import { OfficeWindow } from './office-window.js'
import { OtherWindow } from './other-window.js'
import { ann, bob, goTo, press, reads, type } from './pages.js'
import { SheetWindow } from './sheet-window.js'
import { startFirefox, startWebKit, type Driver } from './webdriver.js'

let screen: Screen
let server: RunningServer
let chromium: Browser
beforeAll(async () => {
  ;[screen, server, chromium] = await Promise.all([Screen.start(), startServer(), launchChromium()])
})
afterAll(async () => {
  await chromium.close()
  await server.stop()
  await screen[Symbol.asyncDispose]()
})

interface Whereabouts {
  whereabouts: { cell: (sheet: string, row: number, column: number) => { v?: unknown } }
}

describe.each([
  ['Firefox', startFirefox, size(false, true)],
  ['WebKitGTK', startWebKit, true],
] as const)('%s', { timeout: 180_000 }, (name, start, writes) => {
  let driver: Driver
  let line: Line
  let anns: OtherWindow
  beforeAll(async () => {
    ;[driver, line] = await Promise.all([start(screen), Line.to(server.baseUrl)])
    anns = new OtherWindow(driver)
  })
  afterAll(async () => {
    await driver[Symbol.asyncDispose]()
    await line[Symbol.asyncDispose]()
  })

  it('[OF122] opens Home, makes a page there, and lists it', async () => {
    await anns.open(`${line.baseUrl}/`, ann)
    await anns.click('New page')
    await anns.untilOpen()
    await anns.click('Page')
    await anns.type('made at Home')
    await anns.untilSaved()
    await anns.goto(`${line.baseUrl}/`)
    await anns.until(() => document.querySelectorAll('main li').length > 0)
  })

  if (writes)
    it('[OF122] writes a page together with Chromium, also while it is offline', async () => {
      const room = `page-${name}`
      await using bobs = await OfficeWindow.open(chromium, {
        baseUrl: server.baseUrl,
        path: `/pages/${room}`,
        person: bob,
      })
      await bobs.untilOpen()
      await anns.open(`${line.baseUrl}/pages/${room}`, ann)
      await anns.untilOpen()
      await type(bobs, 'from Bob')
      await anns.reads(/^from Bob$/)
      await anns.click('Page')
      await anns.press('Control+End')
      await anns.type(', from Ann')
      await reads(bobs, /^from Bob, from Ann$/)
      await bobs.caret('Ann').waitFor()
      await anns.until(() => document.querySelector('.caret')?.textContent.includes('Bob') === true)
      const undone = async () => {
        await anns.press('Control+z')
        return bobs.written()
      }
      // A step of undo is what was typed within half a second; nothing of Bob's is among them.
      await expect.poll(undone, { interval: 500 }).toBe('from Bob')
      await anns.press('Control+a')
      await anns.press('Control+c')
      await anns.press('Control+End')
      await anns.press('Enter')
      await anns.press('Control+v')
      await reads(bobs, /^from Bob\nfrom Bob$/)
      line.cut()
      await anns.type(' and Ann offline')
      await goTo(bobs, 'Control+Home')
      await type(bobs, 'meanwhile ')
      line.mend()
      const merged = /^meanwhile from Bob\nfrom Bob and Ann offline$/
      await reads(bobs, merged)
      await anns.reads(merged)
      await anns.untilSaved()
      await anns.goto(`${line.baseUrl}/pages/${room}`)
      await anns.untilOpen()
      await anns.reads(merged)
      await press(bobs, 'Control+End')
      expect(bobs.complaints).toEqual([])
    })

  it('[OF122] opens and closes the dialog for sharing', async () => {
    await anns.open(`${line.baseUrl}/pages/shared`, ann)
    await anns.untilOpen()
    await anns.click('Share')
    await anns.until(() => document.querySelector('[role="dialog"], dialog[open]') !== null)
    await anns.press('Escape')
    await anns.until(() => document.querySelector('[role="dialog"], dialog[open]') === null)
  })

  // Its windows take half a minute for each of the two.
  if (size(false, true))
    it('[OF122] fills in a sheet together with Chromium, also while it is offline', async () => {
      const room = `sheet-${name}`
      await using bobs = await SheetWindow.open(chromium, {
        baseUrl: server.baseUrl,
        room,
        person: bob,
      })
      await anns.open(`${line.baseUrl}/sheets/${room}`, ann)
      await anns.untilOpen()
      const has = (cell: readonly [number, number], value: string | number | null) =>
        anns.until(
          (row, column, wanted) =>
            ((globalThis as unknown as Whereabouts).whereabouts.cell('sheet-1', row, column).v ??
              null) === wanted,
          ...cell,
          value,
        )
      const select = async (row: number, column: number) => {
        const at = await anns.run(() => {
          const canvas = document.querySelector('#univer-sheet-main-canvas_workbook')!
          const { left, top } = canvas.getBoundingClientRect()
          return { left, top }
        })
        const x = Math.round(at.left + 46 + (column + 0.5) * 88)
        await anns.clickAt({ x, y: Math.round(at.top + 20 + (row + 0.5) * 24) })
      }
      await bobs.write('A1', 'from Bob')
      await has([0, 0], 'from Bob')
      await select(1, 0)
      await bobs.marker('A2').waitFor()
      await anns.type('12')
      await anns.press('Enter')
      await bobs.untilCell([1, 0], 12)
      await anns.type('=A2*2')
      await anns.press('Enter')
      await bobs.untilShows('A3', '24')
      await anns.press('Control+z')
      await has([2, 0], null)
      await select(1, 0)
      await anns.press('Control+c')
      await select(1, 2)
      await anns.press('Control+v')
      await bobs.untilCell([1, 2], 12)
      line.cut()
      await select(4, 0)
      await anns.type('offline')
      await anns.press('Enter')
      await bobs.write('B5', 'meanwhile')
      line.mend()
      await has([4, 1], 'meanwhile')
      await bobs.untilCell([4, 0], 'offline')
      await anns.untilSaved()
      await anns.goto(`${line.baseUrl}/sheets/${room}`)
      await anns.untilOpen()
      await has([4, 0], 'offline')
      await bobs.untilInOrder()
      expect(bobs.complaints).toEqual([])
    })
})

import type { BrowserContext } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { Line } from './line.js'
import { fetchDocument, OfficeWindow } from './office-window.js'
import { ann, bob, Office } from './office.js'
import { paste } from './pages.js'
import { SheetWindow } from './sheet-window.js'

const office = new Office()

/** A post and its answer take twice as long, and what is typed meanwhile waits for that. */
const DELAY_MS = 300

/** Opens a page over a slow line in a profile that outlives it. */
async function openSlowly(room: string, baseUrl: string, context: BrowserContext) {
  const window = await OfficeWindow.open(office.browser, {
    baseUrl,
    path: `/pages/${room}`,
    person: ann,
    context,
  })
  await window.untilOpen()
  await window.text.click()
  return window
}

const textOf = async (room: string) =>
  (await fetchDocument(office.baseUrl, room)).getText('text').toJSON()

describe('a window that closes while a post is on its way', () => {
  it('[CL67] has posted what was typed since then', async () => {
    const room = office.newRoom()
    await using line = await Line.to(office.baseUrl, DELAY_MS)
    await using bobs = await OfficeWindow.open(office.browser, {
      baseUrl: office.baseUrl,
      path: `/pages/${room}`,
      person: bob,
    })
    await bobs.untilOpen()
    await using context = await office.browser.newContext()
    const anns = await openSlowly(room, line.baseUrl, context)
    await anns.page.keyboard.type('These words were typed at once')
    await anns.page.close({ runBeforeUnload: true })
    await expect.poll(() => bobs.written()).toBe('These words were typed at once')
  })

  it('[CL67] has posted the cells that were written since then', async () => {
    const room = office.newRoom()
    await using line = await Line.to(office.baseUrl, DELAY_MS)
    await using bobs = await SheetWindow.open(office.browser, {
      baseUrl: office.baseUrl,
      room,
      person: bob,
    })
    await using anns = await SheetWindow.open(office.browser, {
      baseUrl: line.baseUrl,
      room,
      person: ann,
    })
    await anns.select('A1')
    for (const text of ['one', 'two', 'three']) {
      await anns.page.keyboard.type(text)
      await anns.page.keyboard.press('Enter')
    }
    await anns.page.goto('about:blank')
    await bobs.untilShows('A1', 'one')
    await bobs.untilShows('A2', 'two')
    await bobs.untilShows('A3', 'three')
  })

  it('[CL67] has posted the first part of what browsers don’t allow, and posts the rest later', async () => {
    const room = office.newRoom()
    const lines = Array.from({ length: 4_000 }, (_, at) => `line ${at} of a long text`)
    await using line = await Line.to(office.baseUrl, DELAY_MS)
    await using context = await office.browser.newContext()
    const anns = await openSlowly(room, line.baseUrl, context)
    await anns.page.keyboard.type('First: ')
    await anns.untilSaved()
    line.cut()
    await paste(anns, { text: lines.join('\n') })
    await expect.poll(() => anns.page.locator('.saving').textContent()).toMatch(/kept in this/)
    line.mend()
    await anns.page.close({ runBeforeUnload: true })
    await expect.poll(() => textOf(room)).toMatch(/First: .*line 100 of/s)
    await openSlowly(room, line.baseUrl, context)
    await expect.poll(() => textOf(room)).toContain('line 3999 of a long text')
  })
})
